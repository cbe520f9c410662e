/*
 * report_words.c - the words of the report, in English and in Japanese.
 */
#include <string.h>

#include "report_words.h"

static const char *const languages[] = { "en", "ja" };

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

static const char *const words[WORDS][LANGUAGES] = {
	[WORD_TITLE] = { "Mail at a glance", "メールの状況" },
	[WORD_PERIOD] = { "Period", "対象期間" },
	[WORD_MADE] = { "Made", "作成日時" },
	[WORD_TABLE] = { "Show as a table", "表で見る" },
	[WORD_DAY] = { "Day", "日付" },
	[WORD_HOUR] = { "Hour", "時刻" },
	[WORD_NOTHING] = { "None in this period.",
		"この期間にはありません。" },
	[WORD_SUMMARY] = { "In short", "概要" },
	[WORD_MESSAGES] = { "messages", "検査したメール" },
	[WORD_VIRUS_MESSAGES] = { "with a virus", "ウイルス検出" },
	[WORD_HELD_RECIPIENTS] = { "held in quarantines", "隔離" },
	[WORD_DEFERRED] = { "got a 451", "一時拒否 (451)" },
	[WORD_RELEASED_ALL] = { "delivered from quarantines",
		"隔離から配送" },
	[WORD_VOLUME] = { "Messages by direction", "方向別のメール数" },
	[WORD_VOLUME_NOTE] = { "Every message that Exim asked about, those "
		"that were refused among them.",
		"Exim が検査を求めたすべてのメール "
		"(拒否したものを含む) です。" },
	[WORD_INBOUND] = { "from outside", "受信" },
	[WORD_OUTBOUND] = { "to outside", "送信" },
	[WORD_LOCAL] = { "within the site", "内部" },
	[WORD_BOTH] = { "to outside and within", "送信と内部" },
	[WORD_FATES] = { "What became of it", "メールの取り扱い" },
	[WORD_FATES_NOTE] = { "By recipients; a 451 counts once for each try "
		"of a message.",
		"宛先の数です。一時拒否 (451) は、"
		"送信の試みごとに 1 件と数えます。" },
	[WORD_DELIVER] = { "delivered", "配送" },
	[WORD_HOLD] = { "held", "隔離" },
	[WORD_REJECT] = { "refused", "拒否" },
	[WORD_DELETE] = { "deleted by a rule", "ルールで削除" },
	[WORD_DEFER] = { "451, come again", "一時拒否 (451)" },
	[WORD_UNSCANNED] = { "passed unscanned", "未検査のまま配送" },
	[WORD_VIRUSES] = { "Viruses", "検出したウイルス" },
	[WORD_VIRUSES_NOTE] = { "How often each was found; those found most "
		"often come first.", "検出回数の多い順です。" },
	[WORD_NAME] = { "Name", "名前" },
	[WORD_NUMBER] = { "Number", "件数" },
	[WORD_SCORES] = { "Spam scores", "迷惑メールのスコア" },
	[WORD_SCORES_NOTE] = { "What the spam filter said of messages.",
		"迷惑メールフィルターの判定の分布です。" },
	[WORD_SCORE] = { "Score", "スコア" },
	[WORD_SCORE_NONE] = { "no score", "スコアなし" },
	[WORD_SCORE_BELOW] = { "below %d", "%d 未満" },
	[WORD_SCORE_FROM] = { "%d and more", "%d 以上" },
	[WORD_RULES] = { "Rules", "適用されたルール" },
	[WORD_RULES_NOTE] = { "Messages for which a rule fired.",
		"ルールが適用されたメールの数です。" },
	[WORD_RULE] = { "Rule", "ルール" },
	[WORD_QUARANTINE] = { "Quarantines", "隔離メールの動き" },
	[WORD_QUARANTINE_NOTE] = { "What users and timers did with held "
		"messages, of all users.",
		"全利用者の隔離メールについて、"
		"利用者の操作と自動処理の数です。" },
	[WORD_FILED] = { "newly held", "新たに隔離" },
	[WORD_RELEASED] = { "delivered", "配送" },
	[WORD_APPROVED] = { "delivered, sender approved",
		"配送して送信者を承認" },
	[WORD_REMOVED] = { "deleted", "削除" },
	[WORD_EXPIRED] = { "expired", "期限切れ" },
	[WORD_EVICTED] = { "deleted to make room", "容量確保のため削除" },
	[WORD_GROWTH] = { "Growth of the quarantines", "隔離メールの増減" },
	[WORD_GROWTH_NOTE] = { "Held messages more (or less) than when the "
		"period began.",
		"期間の始めと比べた隔離メールの数の増減です。" },
	[WORD_CHANGE] = { "held messages, change", "隔離メールの増減" },
	[WORD_SENDERS] = { "Senders held most often",
		"隔離の多い送信者" },
	[WORD_SENDERS_NOTE] = { "Envelope senders, which anybody can forge.",
		"エンベロープの送信者です (詐称されている場合があります)。" },
	[WORD_SENDER] = { "Sender", "送信者" },
	[WORD_NO_SENDER] = { "(none: a bounce or a notice)",
		"(なし: 不達通知など)" },
	[WORD_NOTICES] = { "Notices", "通知" },
	[WORD_NOTICES_NOTE] = { "Left out: an address had its "
		"notices-per-hour, or the template is wrong.",
		"「送らず」は、宛先ごとの上限 (notices-per-hour) に達したか、"
		"ひな形に誤りがあるものです。" },
	[WORD_NOTICE] = { "sent", "送信" },
	[WORD_NO_NOTICE] = { "left out", "送らず" },
	[WORD_LATENCY] = { "How long messages took", "処理時間" },
	[WORD_LATENCY_NOTE] = { "Milliseconds in which half, 95 and 99 of a "
		"hundred messages were done.",
		"メールの 50 %、95 %、99 % が"
		"処理を終えるまでの時間 (ミリ秒) です。" },
	[WORD_P50] = { "half", "50 %" },
	[WORD_P95] = { "95 of 100", "95 %" },
	[WORD_P99] = { "99 of 100", "99 %" },
	[WORD_SLOWEST] = { "Slowest messages",
		"処理に時間のかかったメール" },
	[WORD_SLOWEST_NOTE] = { "sekisho trace ID tells more of each.",
		"詳しくは sekisho trace ID で確かめられます。" },
	[WORD_ID] = { "ID", "ID" },
	[WORD_TIME] = { "Time", "日時" },
	[WORD_SIZE] = { "kB", "kB" },
	[WORD_MS] = { "ms", "ミリ秒" },
	[WORD_MAIL] = { "The report is attached: a page for any browser.",
		"レポートを添付します。ウェブブラウザーでご覧ください。" },
};

int
report_language(const char *name)
{
	size_t i;

	for (i = 0; i < LANGUAGES; i++)
		if (strcmp(languages[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
report_word(int language, enum report_word word)
{
	return words[word][language];
}
