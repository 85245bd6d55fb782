/*
 * publish/aside: the former file or the new one, whatever happens in between.
 */
#include "harvester/publish/aside.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catalogue.h"

static char dir[64];
static struct hv_err err;

static void make_dir(void)
{
	pgtest_folder(dir, sizeof(dir));
	err = (struct hv_err){ 0 };
}

static void remove_dir(void)
{
	pgtest_remove(dir);
}

static const char *in_dir(const char *name)
{
	static char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int write_file(const char *where, const char *name, struct str text)
{
	hv_auto(aside_closep) struct aside *a = NULL;

	if (aside_open(where, name, &a, &err) < 0)
		return err.code;
	aside_put(a, text);
	return aside_finish(a, &err);
}

static void expect(const char *name, const char *text)
{
	hv_auto(hv_freep) char *have = catalogue_file(in_dir(name));

	ck_assert_str_eq(have, text);
}

static int entries(void)
{
	DIR *d = opendir(dir);
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n - 2;
}

START_TEST(a_file_is_there_when_it_is_whole_and_nothing_else_is_left)
{
	hv_auto(aside_closep) struct aside *a = NULL;
	char hash[65];

	ck_assert_int_eq(aside_open(dir, "a.csv", &a, &err), 0);
	aside_put(a, STR("abc"));
	ck_assert_int_ne(access(in_dir("a.csv"), F_OK), 0);
	ck_assert_int_eq(aside_finish(a, &err), 0);
	aside_sha256(a, hash);
	ck_assert_str_eq(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_uint_eq(aside_bytes(a), 3);
	ck_assert_int_eq(entries(), 1);
	expect("a.csv", "abc");
}
END_TEST

START_TEST(folders_that_lack_are_made)
{
	ck_assert_int_eq(write_file(in_dir("x/y"), "a", STR("1")), 0);
	expect("x/y/a", "1");
}
END_TEST

START_TEST(a_file_given_up_leaves_the_former_one)
{
	hv_auto(aside_closep) struct aside *a = NULL;

	ck_assert_int_eq(write_file(dir, "a.csv", STR("old")), 0);
	ck_assert_int_eq(aside_open(dir, "a.csv", &a, &err), 0);
	aside_put(a, STR("new"));
	aside_close(hv_take(a));
	expect("a.csv", "old");
	ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(a_process_killed_half_way_leaves_the_former_file_and_the_next_one_tidies_up)
{
	ck_assert_int_eq(write_file(dir, "a.csv", STR("old")), 0);
	pid_t child = fork();
	if (child == 0) {
		struct aside *a = NULL;

		if (aside_open(dir, "a.csv", &a, NULL) == 0)
			for (int i = 0; i < 100000; i++)
				aside_put(a, STR("half of a line"));
		(void)kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	expect("a.csv", "old");
	ck_assert_int_eq(entries(), 2);
	ck_assert_int_eq(write_file(dir, "a.csv", STR("new")), 0);
	expect("a.csv", "new");
	ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(the_temporary_file_of_a_living_process_is_left_alone)
{
	hv_auto(hv_fclosep) FILE *other = NULL;
	char name[64];

	(void)snprintf(name, sizeof(name), ".a.csv.tmp-%d", (int)getppid());
	other = fopen(in_dir(name), "w");
	ck_assert_ptr_nonnull(other);
	ck_assert_int_eq(write_file(dir, "a.csv", STR("new")), 0);
	ck_assert_int_eq(entries(), 2);
}
END_TEST

static struct str large(void)
{
	static char text[1 << 20];

	memset(text, 'x', sizeof(text));
	return (struct str){ text, sizeof(text) };
}

START_TEST(a_file_that_may_not_grow_is_one_clear_line_and_the_former_one_stays)
{
	const struct rlimit small = { 1 << 16, 1 << 16 };

	ck_assert_int_eq(write_file(dir, "a.csv", STR("old")), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(write_file(dir, "a.csv", large()), HV_E_IO);
	ck_assert_msg(strstr(err.text, "File too large; nothing was replaced, the former file stays"), "%s",
		      err.text);
	expect("a.csv", "old");
	ck_assert_int_eq(entries(), 1);
}
END_TEST

START_TEST(a_full_disk_is_one_clear_line_and_the_former_file_stays)
{
	if (mount("tmpfs", dir, "tmpfs", 0, "size=128k") < 0) {
		printf("SKIP: no small file system can be mounted here: %s\n", strerror(errno));
		return;
	}
	int first = write_file(dir, "a.csv", STR("old"));
	int second = write_file(dir, "a.csv", large());
	hv_auto(hv_freep) char *have = catalogue_file(in_dir("a.csv"));
	int left = entries();
	(void)umount(dir);
	ck_assert_int_eq(first, 0);
	ck_assert_int_eq(second, HV_E_IO);
	ck_assert_msg(strstr(err.text, "No space left on device"), "%s", err.text);
	ck_assert_str_eq(have, "old");
	ck_assert_int_eq(left, 1);
}
END_TEST

START_TEST(a_name_is_no_path)
{
	ck_assert_int_eq(write_file(dir, "../a.csv", STR("x")), HV_E_IO);
	ck_assert_int_eq(write_file("", "a.csv", STR("x")), HV_E_IO);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/aside");
	TCase *t = tcase_create("aside");

	tcase_add_checked_fixture(t, make_dir, remove_dir);
	tcase_add_test(t, a_file_is_there_when_it_is_whole_and_nothing_else_is_left);
	tcase_add_test(t, folders_that_lack_are_made);
	tcase_add_test(t, a_file_given_up_leaves_the_former_one);
	tcase_add_test(t, a_process_killed_half_way_leaves_the_former_file_and_the_next_one_tidies_up);
	tcase_add_test(t, the_temporary_file_of_a_living_process_is_left_alone);
	tcase_add_test(t, a_file_that_may_not_grow_is_one_clear_line_and_the_former_one_stays);
	tcase_add_test(t, a_full_disk_is_one_clear_line_and_the_former_file_stays);
	tcase_add_test(t, a_name_is_no_path);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
