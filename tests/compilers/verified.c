// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * verified: the programs that are loaded now, one a line: name, instructions that it has, and how many
 * the verifier followed until it let it pass, as veristat counts them (since aba64c7da983, 5.16; - before).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

/* The kernel keeps 15 characters of a program's name; its function's has all. */
static const char *full_name(const struct bpf_prog_info *info, const struct btf *btf)
{
	const struct bpf_func_info *function = (const void *)(uintptr_t)info->func_info;
	const struct btf_type *type =
		btf && info->nr_func_info ? btf__type_by_id(btf, function->type_id) : NULL;

	return type ? btf__name_by_offset(btf, type->name_off) : info->name;
}

static void print_program(int fd)
{
	struct bpf_func_info function = {};
	struct bpf_prog_info info = {
		.nr_func_info = 1,
		.func_info_rec_size = sizeof(function),
		.func_info = (uintptr_t)&function,
	};
	uint32_t len = sizeof(info);
	struct btf *btf;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return;
	btf = info.btf_id ? btf__load_from_kernel_by_id(info.btf_id) : NULL;
	printf("%s %zu ", full_name(&info, btf), info.xlated_prog_len / sizeof(struct bpf_insn));
	if (info.verified_insns)
		printf("%u\n", info.verified_insns);
	else
		puts("-");
	btf__free(btf);
}

int main(void)
{
	uint32_t id = 0;
	int fd;

	while (!bpf_prog_get_next_id(id, &id)) {
		fd = bpf_prog_get_fd_by_id(id);
		if (fd < 0) /* it ended meanwhile */
			continue;
		print_program(fd);
		close(fd);
	}
	return EXIT_SUCCESS;
}
