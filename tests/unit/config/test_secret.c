/*
 * tests/unit/config/test_secret.c - a secret comes from where its reference says, whole and alone on its
 * line; no message ever shows it.
 */
#include "config/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/told.h"

static char dir[32];
static char path[64];

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/hv-secret-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/s", dir);
}

static void teardown(void)
{
	(void)unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void write_file(const char *bytes, size_t n, mode_t mode)
{
	(void)unlink(path); /* the former one may be closed even to us */
	hv_auto(hv_closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
}

/* Read by a reference that stands in f.yaml, line 3, column 7. The path is shown as PATH. */
static const char *outcome(const char *reference, const char *file, const char *env)
{
	static char shown[1100];
	static const struct yaml where = { .file = "f.yaml", .line = 3, .column = 7 };
	const struct cfg_secret s = { .reference = reference, .file = file, .env = env, .where = &where };
	hv_auto(secret_freep) char *secret = NULL;
	struct hv_err err;
	int r = secret_read(&s, &secret, &err);

	ck_assert_int_eq(r == 0, secret != NULL);
	if (r < 0)
		ck_assert_int_eq(r, HV_E_CONFIG);
	(void)snprintf(shown, sizeof(shown), "%s", r == 0 ? secret : err.text);
	return shown;
}

struct file_case {
	const char *bytes;
	size_t n;
	mode_t mode;
	const char *outcome;
};

#define BYTES(s) (s), sizeof(s) - 1

static const struct file_case files[] = {
	{ BYTES("hunter2"), 0600, "hunter2" },
	{ BYTES("hunter2\n"), 0400, "hunter2" },
	{ BYTES("hunter2\r\n"), 0600, "hunter2" },
	{ BYTES(" pass word \n"), 0600, " pass word " },
	{ BYTES("hunter2\n\n"), 0600,
	  "f.yaml:3:7: secret 'file:PATH' holds a control character or a second line" },
	{ BYTES("hunter2\nX-Evil: 1\n"), 0600,
	  "f.yaml:3:7: secret 'file:PATH' holds a control character or a second line" },
	{ BYTES("hun\0ter2"), 0600, "f.yaml:3:7: secret 'file:PATH' holds the character U+0000" },
	{ BYTES(""), 0600, "f.yaml:3:7: secret 'file:PATH' is empty" },
	{ BYTES("\n"), 0600, "f.yaml:3:7: secret 'file:PATH' is empty" },
	{ BYTES("hunter2"), 0604,
	  "f.yaml:3:7: secret 'file:PATH' is open to others than its owner; run chmod 600 on it" },
	{ BYTES("hunter2"), 0640,
	  "f.yaml:3:7: secret 'file:PATH' is open to others than its owner; run chmod 600 on it" },
};

START_TEST(a_file_gives_its_one_line)
{
	write_file(files[_i].bytes, files[_i].n, files[_i].mode);
	ck_assert_str_eq(outcome("file:PATH", path, NULL), files[_i].outcome);
}
END_TEST

START_TEST(what_systemd_puts_in_place_may_be_read_by_a_group_but_not_written)
{
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	write_file("hunter2", 7, 0440);
	ck_assert_str_eq(outcome("file:PATH", path, NULL), "hunter2");
	write_file("hunter2", 7, 0460);
	ck_assert_str_eq(
		outcome("file:PATH", path, NULL),
		"f.yaml:3:7: secret 'file:PATH' is open to others than its owner; run chmod 600 on it");
	ck_assert_int_eq(setenv("CREDENTIALS_DIRECTORY", "/run/credentials/other", 1), 0);
	write_file("hunter2", 7, 0440);
	ck_assert_str_ne(outcome("file:PATH", path, NULL), "hunter2");
	ck_assert_int_eq(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}
END_TEST

START_TEST(a_file_that_is_missing_or_none_is_told)
{
	ck_assert_str_eq(outcome("file:PATH", path, NULL),
			 "f.yaml:3:7: secret 'file:PATH' cannot be read: No such file or directory");
	ck_assert_str_eq(outcome("file:DIR", dir, NULL),
			 "f.yaml:3:7: secret 'file:DIR' is not a regular file");
}
END_TEST

START_TEST(a_file_too_long_is_no_secret)
{
	write_file("x", 1, 0600);
	ck_assert_int_eq(truncate(path, 65537), 0);
	ck_assert_str_eq(outcome("file:PATH", path, NULL),
			 "f.yaml:3:7: secret 'file:PATH' is over 64 KiB long; that is no secret");
}
END_TEST

START_TEST(the_environment_gives_a_variable)
{
	ck_assert_int_eq(setenv("HV_TEST_SECRET", "hunter2", 1), 0);
	ck_assert_str_eq(outcome("env:HV_TEST_SECRET", NULL, "HV_TEST_SECRET"), "hunter2");
	ck_assert_int_eq(setenv("HV_TEST_SECRET", "", 1), 0);
	ck_assert_str_eq(outcome("env:HV_TEST_SECRET", NULL, "HV_TEST_SECRET"),
			 "f.yaml:3:7: secret 'env:HV_TEST_SECRET' is empty");
	ck_assert_int_eq(unsetenv("HV_TEST_SECRET"), 0);
	ck_assert_str_eq(outcome("env:HV_TEST_SECRET", NULL, "HV_TEST_SECRET"),
			 "f.yaml:3:7: secret 'env:HV_TEST_SECRET' is not in the environment");
}
END_TEST

START_TEST(no_reference_is_an_error)
{
	const struct cfg_secret none = { 0 };
	char *secret;
	struct hv_err err;

	ck_assert_int_eq(secret_read(&none, &secret, &err), HV_E_CONFIG);
	ck_assert_str_eq(err.text, "no secret is configured");
	secret_free(NULL);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_file_gives_its_one_line, 0, HV_LEN(files));
	tcase_add_test(t, what_systemd_puts_in_place_may_be_read_by_a_group_but_not_written);
	tcase_add_test(t, a_file_that_is_missing_or_none_is_told);
	tcase_add_test(t, a_file_too_long_is_no_secret);
	tcase_add_test(t, the_environment_gives_a_variable);
	tcase_add_test(t, no_reference_is_an_error);
}

int main(void)
{
	return run_tests("secret", add);
}
