// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* floor OBJECT: attaches all programs of OBJECT, says so, and waits for a signal. */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct bpf_object *object = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_program *program;

	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program(program, object) if (!bpf_program__attach(program)) return 1;
	printf("attached\n");
	fflush(stdout);
	pause();
	return 0;
}
