// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "base/log.h"
#include "base/process.h"

static struct {
	SCREEN *screen;
	bool unicode, color;
	struct termios before;
	int messages; /* standard error's, while it is open */
	int stderr_was;
	/* what gives the terminal its screen and cursor back, for who may not call curses */
	char leave[64];
} terminal = { .messages = -1, .stderr_was = -1 };

/* The colours of the drawings, as near as eight colours come. */
static const short colors[PAINT_NR] = {
	[PAINT_TITLE] = COLOR_CYAN,
	[PAINT_ALARM] = COLOR_RED,
	[PAINT_MECH + MECH_GUEST] = -1,
	[PAINT_MECH + MECH_PV] = COLOR_YELLOW,
	[PAINT_MECH + MECH_EMULATED] = COLOR_RED,
	[PAINT_MECH + MECH_HARDWARE] = COLOR_GREEN,
	[PAINT_MECH + MECH_STOLEN] = COLOR_BLUE,
	[PAINT_MECH + MECH_UNATTRIBUTED] = COLOR_MAGENTA,
};

/*
 * What is on the terminal is in UTF-8 if the user's locale says so. What is written then is C.UTF-8's,
 * which every libc has in itself.
 */
static bool is_unicode(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *locale = process__given(variables[i]);

		if (!locale || !*locale)
			continue;
		return (strcasestr(locale, "UTF-8") || strcasestr(locale, "UTF8")) &&
		       setlocale(LC_CTYPE, "C.UTF-8");
	}
	return false;
}

/* A name and no path: it comes from whoever called us. */
static const char *kind(void)
{
	const char *term = process__given("TERM");

	if (!term || !*term || *term == '.' || strchr(term, '/') || strlen(term) > 64)
		return NULL;
	return term;
}

/* Not to write over what is shown: said when the terminal is as it was. */
static void keep_messages(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	terminal.messages = memfd_create("messages", MFD_CLOEXEC);
	terminal.stderr_was = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (terminal.messages >= 0 && terminal.stderr_was >= 0)
		dup3(terminal.messages, STDERR_FILENO, 0);
}

static void say_messages(void)
{
	char text[1024];
	ssize_t len;

	if (terminal.stderr_was >= 0) {
		fflush(stderr);
		/* dup2() is no call that is left (run/calls.c) */
		dup3(terminal.stderr_was, STDERR_FILENO, 0);
		close(terminal.stderr_was);
	}
	if (terminal.messages >= 0) {
		lseek(terminal.messages, 0, SEEK_SET);
		while ((len = read(terminal.messages, text, sizeof(text))) > 0)
			if (write(STDERR_FILENO, text, len) != len)
				break;
		close(terminal.messages);
	}
	terminal.messages = terminal.stderr_was = -1;
}

static const int fatal[] = { SIGQUIT, SIGILL, SIGABRT, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU };

/* A process that ends by one of these may not call curses; the signal then ends it as ever. */
static void on_fatal(int signal)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
	if (write(STDOUT_FILENO, terminal.leave, strlen(terminal.leave)) < 0)
		errno = 0;
	raise(signal);
}

static void watch_fatal(bool on)
{
	struct sigaction action = { .sa_handler = on ? on_fatal : SIG_DFL,
				    .sa_flags = SA_RESETHAND | SA_NODEFER };

	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &action, NULL);
}

/* The sequences of this kind of terminal; without padding, which none of today needs. */
static void add_leave(const char *name)
{
	const char *sequence = tigetstr(name);

	if (sequence && sequence != (char *)-1 &&
	    strlen(terminal.leave) + strlen(sequence) < sizeof(terminal.leave))
		strcat(terminal.leave, sequence);
}

static void set_colors(bool wanted)
{
	const char *none = process__given("NO_COLOR");

	terminal.color = wanted && !(none && *none) && has_colors() && start_color() == OK;
	if (!terminal.color)
		return;
	use_default_colors();
	for (short paint = 1; paint < PAINT_NR; paint++)
		init_pair(paint, colors[paint] ? colors[paint] : -1, -1);
}

int terminal__open(bool color)
{
	const char *term = kind();

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &terminal.before)) {
		elog("top needs a terminal; xentrace-bpf 1 prints a report a second to anything");
		return -ENOTTY;
	}
	terminal.unicode = is_unicode();
	terminal.screen = term ? newterm(term, stdout, stdin) : NULL;
	if (!terminal.screen) {
		elog("the kind of this terminal, TERM=%s, is not known here: try TERM=xterm or "
		     "TERM=vt100",
		     term ? term : "");
		return -ENOENT;
	}
	atexit(terminal__close);
	terminal.leave[0] = '\0';
	add_leave("rmkx");
	add_leave("rmcup");
	add_leave("cnorm");
	add_leave("sgr0");
	watch_fatal(true);
	keep_messages();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, true);
	nodelay(stdscr, true);
	set_escdelay(25);
	curs_set(0);
	set_colors(color);
	return 0;
}

void terminal__close(void)
{
	if (!terminal.screen)
		return;
	endwin();
	delscreen(terminal.screen);
	terminal.screen = NULL;
	watch_fatal(false);
	say_messages();
}

void terminal__size(unsigned int *width, unsigned int *height)
{
	*width = COLS > 0 ? COLS : 0;
	*height = LINES > 0 ? LINES : 0;
}

int terminal__fd(void)
{
	return STDIN_FILENO;
}

static attr_t attributes(const struct screen_cell *cell)
{
	/* a row is one thing: its colours would be its background */
	if (cell->selected)
		return A_REVERSE;
	switch (cell->paint) {
	case PAINT_DIM:
		return A_DIM;
	case PAINT_STRONG:
	case PAINT_ALARM:
		return A_BOLD;
	default:
		return 0;
	}
}

static wchar_t glyph_of(unsigned int glyph)
{
	if (glyph < 0x80 || terminal.unicode)
		return glyph;
	switch (glyph) {
	case GLYPH_LINE:
		return '-';
	case GLYPH_CURSOR:
		return '*';
	case GLYPH_SHADE:
		return '.';
	default:
		return GLYPH_ASCII_BAR;
	}
}

void terminal__show(const struct screen *screen)
{
	for (unsigned int y = 0; y < screen->height; y++) {
		for (unsigned int x = 0; x < screen->width; x++) {
			const struct screen_cell *cell =
				&screen->cells[(size_t)y * screen->width + x];
			wchar_t text[2] = { glyph_of(cell->glyph) };
			cchar_t shown;

			setcchar(&shown, text, attributes(cell),
				 terminal.color && !cell->selected ? cell->paint : 0, NULL);
			mvadd_wch(y, x, &shown);
		}
	}
	refresh();
}

static bool is_gone(void)
{
	struct pollfd poll_fd = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static const struct {
	wint_t code;
	enum top_key key;
} keys[] = {
	{ KEY_UP, TOP_KEY_UP },	     { KEY_DOWN, TOP_KEY_DOWN },   { KEY_LEFT, TOP_KEY_LEFT },
	{ KEY_RIGHT, TOP_KEY_RIGHT }, { KEY_HOME, TOP_KEY_FIRST },  { KEY_END, TOP_KEY_LAST },
	{ KEY_ENTER, TOP_KEY_ENTER }, { KEY_BACKSPACE, TOP_KEY_BACK },
}, letters[] = {
	{ 'q', TOP_KEY_QUIT },	{ 'k', TOP_KEY_UP },	   { 'j', TOP_KEY_DOWN },
	{ '<', TOP_KEY_LEFT },	{ '>', TOP_KEY_RIGHT },	   { '\r', TOP_KEY_ENTER },
	{ '\n', TOP_KEY_ENTER }, { 127, TOP_KEY_BACK },	   { '\b', TOP_KEY_BACK },
	{ 27, TOP_KEY_BACK },	{ '\t', TOP_KEY_TABLE },   { 't', TOP_KEY_TIME },
	{ 'r', TOP_KEY_RATE },	{ 'p', TOP_KEY_P99 },	   { 'f', TOP_KEY_FINDINGS },
	{ '?', TOP_KEY_HELP },	{ ' ', TOP_KEY_SPACE },	   { '+', TOP_KEY_FASTER },
	{ '=', TOP_KEY_FASTER }, { '-', TOP_KEY_SLOWER },
};

enum top_key terminal__key(bool *resized, bool *gone)
{
	wint_t code;
	int got;

	*gone = false;
	while ((got = get_wch(&code)) != ERR) {
		if (got == KEY_CODE_YES && code == KEY_RESIZE) {
			*resized = true;
			continue;
		}
		for (size_t i = 0; got == KEY_CODE_YES && i < ARRAY_LEN(keys); i++)
			if (keys[i].code == code)
				return keys[i].key;
		for (size_t i = 0; got == OK && i < ARRAY_LEN(letters); i++)
			if (letters[i].code == code)
				return letters[i].key;
	}
	*gone = is_gone();
	return TOP_KEY_NONE;
}
