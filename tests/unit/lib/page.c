// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "page.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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

char *page__document(const char *page, const char *id)
{
	char tag[80], *text, *to;
	const char *begin, *end;

	snprintf(tag, sizeof(tag), "<script type=\"application/json\" id=\"%s\">", id);
	begin = strstr(page, tag);
	assert_non_null(begin);
	begin += strlen(tag);
	end = strstr(begin, "</script>");
	assert_non_null(end);
	for (const char *c = begin; c < end; c++)
		assert_true((unsigned char)*c >= ' ' && *c != '<' && *c != '\x7f');
	to = text = strndup(begin, end - begin);
	assert_non_null(text);
	for (const char *c = text; *c; to++) {
		unsigned int code = 0;

		if (sscanf(c, "\\u%4X", &code) == 1 &&
		    (code == '<' || (code >= 0x7f && code < 0xa0))) {
			if (code >= 0x80)
				*to++ = '\xc2';
			*to = code;
			c += 6;
		} else {
			*to = *c++;
		}
	}
	*to = '\0';
	return text;
}

json_t *page__data(const char *page, const char *id)
{
	char *text = page__document(page, id);
	json_error_t error;
	json_t *data = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!data)
		fail_msg("%s at %d", error.text, error.position);
	free(text);
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

void page__assert_whole(const char *page, size_t scripts)
{
	assert_ptr_equal(strstr(page, "<!doctype html>\n<html"), page);
	assert_string_equal(page + strlen(page) - 16, "</body>\n</html>\n");
	assert_int_equal(page__times(page, "<script"), scripts);
	assert_int_equal(page__times(page, "</script"), scripts);
	assert_int_equal(page__times(page, "<title>xentrace-bpf: "), 1);
	assert_int_equal(page__times(page, "<template"), 1);
	assert_int_equal(page__times(page, "</template"), 1);
	assert_null(strstr(page, "<!--"));
}
