// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define DATA "<script type=\"application/json\" id=\"data\">"

const char *const page__hostile[] = {
	"</script><script>alert(1)</script>",
	"<!--<script>",
	"\"};alert(1)//",
	"'`${alert(1)}\\",
	"\xe2\x80\xa8\xe2\x80\xa9",	 /* U+2028, U+2029: line ends to some parsers */
	"\x01\x1f\x7f\n\r\t",		 /* control characters */
	"\xff\xfe<\xc0\xaf\xed\xa0\x80", /* no UTF-8 */
	"\xe2\x80\xaeoops",		 /* right to left */
	NULL,
};

size_t page__times(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

json_t *page__data(const char *page)
{
	const char *begin = strstr(page, DATA), *end;
	json_error_t error;
	json_t *data;

	assert_non_null(begin);
	begin += strlen(DATA);
	end = strstr(begin, "</script>");
	assert_non_null(end);
	for (const char *c = begin; c < end; c++)
		assert_true(*c >= ' ' && *c != '<'); /* ASCII: others are negative */
	data = json_loadb(begin, end - begin, JSON_REJECT_DUPLICATES, &error);
	if (!data)
		fail_msg("%s at %d", error.text, error.position);
	return data;
}

/* The name of a namespace is no address that is asked. */
void page__assert_asks_for_nothing(const char *page)
{
	static const char *const words[] = { "src=",	"href", "@import",   "url(",
					     "fetch(",	"//",	"WebSocket", "XMLHttpRequest",
					     "import(", "<link" };

	assert_non_null(strstr(page, "\"default-src 'none'; "));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(page__times(page, words[i]),
				 !strcmp(words[i], "//")
					 ? page__times(page, "\"http://www.w3.org/2000/svg\"")
					 : 0);
}
