/*
 * store/private_cluster.c - the cluster: initdb and who may connect.
 *
 * It is made in a folder aside (pg15.new.XXXXXX) and renamed when it is whole, so an initdb that was killed
 * half way leaves nothing that could be taken for a database. Never touches a cluster that exists.
 * Tests: tests/integration/test_private.c.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/base/buf.h"
#include "store/private_priv.h"

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	if (where->level > 0)
		(void)(kind == FTW_DP ? rmdir(path) : unlink(path));
	return 0;
}

/* As the account: what lies in the folder is its own, links lead nowhere it could not go. */
static int empty_folder(void *ctx)
{
	return nftw(ctx, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 ? 1 : 0;
}

static void remove_folder(const struct account *a, char *path)
{
	if (account_do(a, empty_folder, path, NULL) >= 0)
		(void)rmdir(path);
}

/* Left behind by an initdb that was interrupted. start.lock is held: nobody is making one now. */
static void remove_leftovers(const struct private_server *p)
{
	DIR *d = opendir(p->home);
	const struct dirent *e;
	char path[PATH_MAX], prefix[32];

	(void)snprintf(prefix, sizeof(prefix), "pg%d.new.", p->major);
	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 &&
		    private_format(path, sizeof(path), NULL, "%s/%s", p->home, e->d_name) == 0)
			remove_folder(&p->account, path);
	if (d)
		closedir(d);
}

static int initdb(const struct private_server *p, const char *folder, struct hv_err *err)
{
	char program[PATH_MAX], log[PATH_MAX], tail[600];
	const char *fast = getenv("HARVESTER_TEST_NO_SYNC");
	const char *const argv[] = {
		program,
		"-D",
		folder,
		"-U",
		PRIVATE_ROLE,
		"-A",
		"peer",
		"-k",
		"--no-instructions",
		"-E",
		"UTF8",
		"--locale=C.UTF-8",
		fast && strcmp(fast, "1") == 0 ? "--no-sync" : NULL,
		NULL,
	};
	pid_t pid;

	if (private_format(program, sizeof(program), err, "%s/initdb", p->bin) < 0 ||
	    private_format(log, sizeof(log), err, "%s/log/initdb.log", p->home) < 0)
		return HV_E_STORE;
	hv_auto(hv_closep) int out =
		open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0600);
	if (out < 0)
		return hv_fail(err, HV_E_STORE, "%s: %s", log, strerror(errno));
	int r = process_start(&(struct process){ argv, &p->account, folder, out, false }, &pid, err);
	if (r < 0)
		return r;
	int status = process_wait(pid);
	if (status == 0)
		return 0;
	private_log_tail(log, 0, tail, sizeof(tail));
	return hv_fail(err, HV_E_STORE, "initdb failed in %s: %s", p->home, tail);
}

struct conf {
	char hba[PATH_MAX], ident[PATH_MAX];
	struct str hba_text, ident_text;
};

static bool write_file(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static int write_conf(void *ctx)
{
	const struct conf *c = ctx;

	return write_file(c->hba, c->hba_text) && write_file(c->ident, c->ident_text) ? 0 : 1;
}

/* Only the caller's account and the server's own come in, both as the one role. */
static int allow(const struct private_server *p, const char *folder, struct hv_err *err)
{
	hv_auto(buf_release) struct buf ident = BUF_INIT(1024);
	struct conf c = { .hba_text = STR("local all all peer map=harvester\n") };

	buf_printf(&ident, "harvester \"%s\" %s\n", p->account.name, PRIVATE_ROLE);
	if (strcmp(p->account.caller, p->account.name) != 0)
		buf_printf(&ident, "harvester \"%s\" %s\n", p->account.caller, PRIVATE_ROLE);
	int r = buf_ok(&ident, "pg_ident.conf", err);
	if (r < 0 || (r = private_format(c.hba, sizeof(c.hba), err, "%s/pg_hba.conf", folder)) < 0 ||
	    (r = private_format(c.ident, sizeof(c.ident), err, "%s/pg_ident.conf", folder)) < 0)
		return r;
	c.ident_text = buf_view(&ident);
	r = account_do(&p->account, write_conf, &c, err);
	return r > 0 ? hv_fail(err, HV_E_STORE, "%s cannot be written", c.hba) : r;
}

static int fill(struct private_server *p, char *folder, struct hv_err *err)
{
	if (p->account.drop && chown(folder, p->account.uid, p->account.gid) < 0)
		return hv_fail(err, HV_E_STORE, "%s cannot be given to '%s': %s", folder, p->account.name,
			       strerror(errno));
	int r = initdb(p, folder, err);
	if (r < 0 || (r = allow(p, folder, err)) < 0)
		return r;
	hv_auto(hv_closep) int home = open(p->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rename(folder, p->data) < 0)
		return hv_fail(err, HV_E_STORE, "%s cannot become %s: %s", folder, p->data, strerror(errno));
	if (home >= 0)
		(void)fsync(home);
	return 0;
}

int private_make_cluster(struct private_server *p, struct hv_err *err)
{
	char folder[PATH_MAX];
	struct stat st;

	if (stat(p->data, &st) == 0)
		return account_use(&p->account, st.st_uid, p->data, err);
	remove_leftovers(p);
	int r = private_format(folder, sizeof(folder), err, "%s.new.XXXXXX", p->data);
	if (r < 0)
		return r;
	if (!mkdtemp(folder))
		return hv_fail(err, HV_E_STORE, "%s: %s", folder, strerror(errno));
	r = fill(p, folder, err);
	if (r < 0)
		remove_folder(&p->account, folder);
	return r;
}
