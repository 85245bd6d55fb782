/*
 * tests/unit/config/test_reference.c - docs/configuration.md says what the tables say. Called with --write
 * this program writes the file instead.
 */
#include "config/config.h"

#include "tests/unit/config/told.h"

static const char path[] = "docs/configuration.md";

static struct buf generated(void)
{
	struct buf b = BUF_INIT(1 << 20);

	config_reference(&b);
	return b;
}

START_TEST(the_document_equals_the_tables)
{
	hv_auto(buf_release) struct buf want = generated();
	hv_auto(buf_release) struct buf have = BUF_INIT(1 << 20);
	hv_auto(hv_fclosep) FILE *f = fopen(path, "rb");
	char part[4096];

	ck_assert_msg(f != NULL, "%s is missing; write it with --write", path);
	for (size_t n; (n = fread(part, 1, sizeof(part), f)) > 0;)
		buf_put(&have, part, n);
	ck_assert_msg(str_eq(buf_view(&have), buf_view(&want)),
		      "%s is not what the tables say; write it anew with test_reference --write", path);
}
END_TEST

START_TEST(the_document_names_the_keys)
{
	hv_auto(buf_release) struct buf b = generated();

	ck_assert(!b.failed);
	ck_assert(str_find(buf_view(&b), STR("\n| `http.low_speed.during` | duration | `60s` |")) > 0);
	ck_assert(str_find(buf_view(&b), STR("\n| `rank` | whole number, 1 to 100 | `50` |")) > 0);
	ck_assert(str_find(buf_view(&b), STR("\n| `store.url` | text | `private` |")) > 0);
}
END_TEST

static int write_document(void)
{
	hv_auto(buf_release) struct buf b = generated();
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(buf_cstr(&b), 1, b.n, f) != b.n || fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static void add(TCase *t)
{
	tcase_add_test(t, the_document_equals_the_tables);
	tcase_add_test(t, the_document_names_the_keys);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--write") == 0)
		return write_document();
	return run_tests("reference", add);
}
