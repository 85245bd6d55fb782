/*
 * tests/fuzz/replay.c - runs a fuzz target over the files of folders: the corpus in every `make check`,
 * on any compiler. With libFuzzer (make fuzz-smoke) this file is left out.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		return -1;
	uint8_t *data = malloc(4u << 20);
	size_t n = data ? fread(data, 1, 4u << 20, f) : 0;
	uint8_t *exact = malloc(n ? n : 1); /* exact size: a sanitizer sees one byte too far */

	if (exact) {
		memcpy(exact, data ? data : exact, n);
		(void)LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(data);
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);

		for (struct dirent *e; d && (e = readdir(d));) {
			char path[4096];

			if (e->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			if (replay(path) == 0)
				files++;
		}
		if (d)
			closedir(d);
	}
	printf("%d inputs replayed\n", files);
	return files ? 0 : 1;
}
