// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "cmd/terminal.h"
#include "output/text_page.h"

unsigned int terminal__width(void)
{
	const char *said = geteuid() ? secure_getenv("COLUMNS") : NULL;
	unsigned long width = 0;
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	width = size.ws_col;
	if (!width && said && !number__whole(said, TEXT_WIDTH_MAX, &width))
		width = 0;
	if (width && width < TEXT_WIDTH_MIN)
		width = TEXT_WIDTH_MIN;
	return width < TEXT_WIDTH_MAX ? width : TEXT_WIDTH_MAX;
}
