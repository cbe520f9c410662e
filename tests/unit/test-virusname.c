/*
 * test-virusname.c - names of signatures and what they mean.
 */
#include "virusname.c"
#include "test.h"

static const struct {
	const char *name;
	enum finding_kind kind;
} names[] = {
	{ "Sekisho.Encrypted.OOXML", FINDING_ENCRYPTED },
	{ "Heuristics.Encrypted.Zip", FINDING_ENCRYPTED },
	{ "Heuristics.Limits.Exceeded.MaxRecursion", FINDING_UNSCANNABLE },
	{ "Heuristics.OLE2.ContainsMacros.VBA", FINDING_MACRO },
	{ "Heuristics.Safebrowsing.Suspected-malware_safebrowsing.clamav.net",
		FINDING_VIRUS },
	{ "Heuristics.Safebrowsing.Suspected-phishing_safebrowsing.clamav.net",
		FINDING_PHISHING },
	{ "Heuristics.Phishing.Email.SpoofedDomain", FINDING_PHISHING },
	{ "HTML.Phishing.Bank-1", FINDING_PHISHING },
	{ "Html.Phishing.Bank-1", FINDING_PHISHING },
	{ "Sanesecurity.Foxhole.Zip_exe", FINDING_VIRUS },
	{ "Sanesecurity.Phishing.Cur.1", FINDING_PHISHING },
	{ "Sanesecurity.Junk.1", FINDING_SPAM },
	{ "Email.Spam.Gen", FINDING_SPAM },
	{ "PUA.Win.Packer.X", FINDING_KINDS },
	{ "Heuristics.Broken.Executable", FINDING_KINDS },
	{ "Sanesecurity.TestSig_Type4_Bdy", FINDING_KINDS },
	{ "Eicar-Test-Signature", FINDING_VIRUS },
	{ "Win.Test.EICAR_HDB-1", FINDING_VIRUS },
	{ "Email.Trojan.Toa-1", FINDING_VIRUS },
	{ "Heuristics.W32.Parite.B", FINDING_VIRUS },
	{ "", FINDING_VIRUS },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* complaints R-LOSS3, E1 */
		test_begin("R1, R3, R4: what the name of a signature means");
		test_int(virusname_kind(names[i].name), names[i].kind);
		if (test_bad)
			printf("#   name: %s\n", names[i].name);
	}
	return test_done();
}
