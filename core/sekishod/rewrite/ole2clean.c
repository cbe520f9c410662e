/*
 * ole2clean.c - take the macros out of documents of Word and Excel 97 to 2003:
 * they are storages of their own ([MS-OVBA] 2.2.1). PowerPoint keeps them
 * inside its main stream, from where they cannot be taken.
 */
#include "clean.h"
#include "ole2.h"

int
ole2clean(const struct clean_request *request, struct cleaned *cleaned,
	struct sekisho_error *err)
{
	static const char *const macros[] = { "Macros", "_VBA_PROJECT_CUR",
		"VBA", NULL };
	struct ole2_change change = { .without = macros };
	int result;

	if (!ole2_is(request->data, request->len))
		return CLEAN_OTHER;
	result = ole2_copy(request->data, request->len, &change,
		&cleaned->data);
	if (result < 0)
		return sekisho_error_set(err, "document: out of memory");
	return result == 1 ? 0 : clean_impossible(err, "document", "damaged");
}
