// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * decode TEXT BASE: TEXT is a program's code, which begins at address BASE (hex); standard input has
 * the addresses at which another disassembler saw instructions begin, a line each, followed by 1
 * where it saw none. Says where ours differs in length; exit status 1 if it does, or there were none.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "callsites/x86.h"

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	struct stat stat;
	uint8_t *text;

	if (!file || fstat(fileno(file), &stat))
		return NULL;
	*size = stat.st_size;
	text = malloc(*size);
	if (text && fread(text, 1, *size, file) != *size) {
		free(text);
		text = NULL;
	}
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	uint64_t base, at, last = 0;
	size_t size, nr = 0, differ = 0;
	int none, last_none = 1;
	char line[64];
	uint8_t *text;

	if (argc != 3)
		return 2;
	text = read_file(argv[1], &size);
	base = strtoull(argv[2], NULL, 16);
	if (!text)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		struct x86_insn insn = {};

		if (sscanf(line, "%" SCNx64 " %d", &at, &none) != 2 || at < base ||
		    at >= base + size)
			continue;
		if (!last_none) {
			nr++;
			if (!x86__decode(&insn, text + (last - base), size - (last - base)) ||
			    last + insn.length != at) {
				if (++differ <= 20)
					printf("%" PRIx64 ": %u bytes, not %" PRIu64 "\n", last,
					       insn.length, at - last);
			}
		}
		last = at;
		last_none = none;
	}
	printf("%zu instructions, %zu differ\n", nr, differ);
	free(text);
	return differ || !nr;
}
