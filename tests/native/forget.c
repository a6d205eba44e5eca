// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * forget PID SECONDS: for so long, this running trace forgets each request that is under way, as if the kernel
 * had left out the program at its issue.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "abi.h"
#include "blk.h"

/* Of an open map of this name: its number; 0 if it is something else. */
static __u32 id_of(const char *pid, const char *fd, const char *name, struct bpf_map_info *info)
{
	char path[300], line[100];
	__u32 id = 0, len = sizeof(*info);
	FILE *file;
	int map;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, fd);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "map_id: %u", &id);
	if (file)
		fclose(file);
	map = id ? bpf_map_get_fd_by_id(id) : -1;
	memset(info, 0, sizeof(*info));
	if (map < 0 || bpf_obj_get_info_by_fd(map, info, &len) || strcmp(info->name, name) != 0)
		id = 0;
	if (map >= 0)
		close(map);
	return id;
}

/* The slots of its requests; how many there are. */
static struct xt_request *requests_of(const char *pid, size_t *nr)
{
	const struct dirent *entry;
	struct bpf_map_info info;
	void *at = MAP_FAILED;
	char path[300];
	__u32 id = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	while (dir && !id && (entry = readdir(dir)))
		id = id_of(pid, entry->d_name, "xt_requests", &info);
	if (dir)
		closedir(dir);
	if (!id)
		return NULL;
	*nr = info.max_entries;
	at = mmap(NULL, *nr * sizeof(struct xt_request), PROT_READ | PROT_WRITE, MAP_SHARED,
		  bpf_map_get_fd_by_id(id), 0);
	return at == MAP_FAILED ? NULL : at;
}

int main(int argc, char **argv)
{
	struct xt_request *requests;
	size_t nr = 0;

	requests = argc == 3 ? requests_of(argv[1], &nr) : NULL;
	if (!requests) {
		fprintf(stderr, "usage: forget PID SECONDS, of a trace that runs\n");
		return 1;
	}
	for (int ms = 1000 * atoi(argv[2]); ms > 0; ms--) {
		for (size_t i = 0; i < nr; i++) {
			volatile __u8 *state = &requests[i].state;

			if (*state == XT_RQ_ISSUED)
				*state = XT_RQ_FREE;
		}
		usleep(1000);
	}
	return 0;
}
