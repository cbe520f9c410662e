/*
 * virusname.c - what the name of a signature says about the mail.
 *
 * Names of ClamAV's own sets and of those that sites commonly add; the first
 * row that fits decides. What fits no row is a virus.
 */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "virusname.h"

static const struct {
	const char *start;	/* the name begins so ... */
	const char *part;	/* ... and holds this, unless NULL */
	enum finding_kind kind;
} rows[] = {
	{ "Sekisho.Encrypted.", NULL, FINDING_ENCRYPTED },
	{ "Heuristics.Encrypted.", NULL, FINDING_ENCRYPTED },
	{ "Heuristics.Limits.Exceeded", NULL, FINDING_UNSCANNABLE },
	{ "Sekisho.Unscannable.", NULL, FINDING_UNSCANNABLE },
	{ "Heuristics.OLE2.ContainsMacros", NULL, FINDING_MACRO },
	/* malware of sets that else hold spam */
	{ "Heuristics.Safebrowsing.Suspected-malware", NULL, FINDING_VIRUS },
	{ "Sanesecurity.Malware.", NULL, FINDING_VIRUS },
	{ "Sanesecurity.Rogue.", NULL, FINDING_VIRUS },
	{ "Sanesecurity.Trojan.", NULL, FINDING_VIRUS },
	{ "Sanesecurity.Foxhole.", NULL, FINDING_VIRUS },
	{ "winnow.malware.", NULL, FINDING_VIRUS },
	/* phishing */
	{ "Heuristics.Phishing.", NULL, FINDING_PHISHING },
	{ "Heuristics.Safebrowsing.", NULL, FINDING_PHISHING },
	{ "Phishing.", NULL, FINDING_PHISHING },
	{ "Safebrowsing.", NULL, FINDING_PHISHING },
	{ "Email.Phishing.", NULL, FINDING_PHISHING },
	{ "Html.Phishing.", NULL, FINDING_PHISHING },
	{ "Pdf.Phishing.", NULL, FINDING_PHISHING },
	{ "Doc.Phishing.", NULL, FINDING_PHISHING },
	{ "Txt.Phishing.", NULL, FINDING_PHISHING },
	{ "Img.Phishing.", NULL, FINDING_PHISHING },
	{ "PhishTank", NULL, FINDING_PHISHING },
	{ "winnow.phish", NULL, FINDING_PHISHING },
	{ "Bofhland.Phishing", NULL, FINDING_PHISHING },
	{ "Doppelstern.Phishing", NULL, FINDING_PHISHING },
	{ "Sanesecurity.Phishing", NULL, FINDING_PHISHING },
	{ "Sanesecurity.Scam", NULL, FINDING_PHISHING },
	{ "Sanesecurity.Fraud", NULL, FINDING_PHISHING },
	{ "Sanesecurity.Lott", NULL, FINDING_PHISHING },
	{ "Sanesecurity.Loan", NULL, FINDING_PHISHING },
	{ "Porcupine.Phishing", NULL, FINDING_PHISHING },
	{ "ScamNailer.", NULL, FINDING_PHISHING },
	/* nothing that a mail is treated differently for */
	{ "Heuristics.Structured.", NULL, FINDING_KINDS },
	{ "Heuristics.Broken.", NULL, FINDING_KINDS },
	{ "PUA.", NULL, FINDING_KINDS },
	{ "Sanesecurity_PhishBar_", NULL, FINDING_KINDS },
	{ "", "TestSig", FINDING_KINDS },
	{ "", ".Bounce.", FINDING_KINDS },
	/* spam */
	{ "Email.Spam", NULL, FINDING_SPAM },
	{ "Sanesecurity.", NULL, FINDING_SPAM },
	{ "winnow.spam", NULL, FINDING_SPAM },
	{ "INetMsg.SpamDomain", NULL, FINDING_SPAM },
	{ "Doppelstern.", NULL, FINDING_SPAM },
	{ "MSRBL-", NULL, FINDING_SPAM },
	{ "Porcupine", NULL, FINDING_SPAM },
};

enum finding_kind
virusname_kind(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strncasecmp(name, rows[i].start,
		    strlen(rows[i].start)) == 0 && (rows[i].part == NULL ||
		    strcasestr(name, rows[i].part) != NULL))
			return rows[i].kind;
	return FINDING_VIRUS;
}
