/*
 * cli/init.c - `harvester init [DIR]`: a configuration folder to start from. Never overwrites a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harvester/cli/verb.h"

static const char *const folders[] = { "sources", "mappings", "tables" };

static const char settings[] =
	"# harvester.yaml: what concerns the whole installation. Every key: docs/configuration.md\n"
	"store:\n"
	"  url: private            # a PostgreSQL of our own; or postgresql://user@host/database\n"
	"# contact: collections@example.org   # named in the User-Agent: whom a server's owner can write "
	"to\n";

static const char example[] =
	"# A first source: an OAI-PMH server that gives LIDO. Every key: docs/configuration.md\n"
	"source: my-museum             # must equal the file name; never renamed: it is half of every "
	"record's identity\n"
	"title: Musée d'exemple\n"
	"connector: oai\n"
	"mapping: lido                 # mappings/lido.yaml here, else the shipped one\n"
	"museums: [M0000]              # MUSEO codes it may write\n"
	"defaults:                     # for what the format cannot say\n"
	"  MUSEO: [M0000]\n"
	"  DOMN: [peinture]\n"
	"  STAT: [propriété de la commune]\n"
	"new_refs: {prefix: XY, from: digits}\n"
	"schedule: \"15 1 * * *\"\n"
	"oai:\n"
	"  base_url: \"https://collections.example.org/oai\"\n"
	"  prefix: lido\n";

static int make_folder(const char *path, struct hv_err *err)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	return hv_fail(err, HV_E_IO, "folder '%s' cannot be made: %s", path, strerror(errno));
}

static int write_new(const char *path, const char *text, struct hv_err *err)
{
	hv_auto(hv_closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	size_t n = strlen(text);

	if (fd < 0 && errno == EEXIST) {
		(void)printf("%s is there already and stays as it is\n", path);
		return 0;
	}
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		return hv_fail(err, HV_E_IO, "'%s' cannot be written: %s", path, strerror(errno));
	(void)printf("%s\n", path);
	return 0;
}

int cmd_init(struct app *app, struct hv_err *err)
{
	const char *dir = app->args.n ? app->args.words[0] : app->config_option ? app->config_option : ".";

	if (make_folder(dir, err) < 0)
		return err->code;
	for (size_t i = 0; i < HV_LEN(folders); i++) {
		const char *path = arena_printf(app->arena, "%s/%s", dir, folders[i]);

		if (!path || make_folder(path, err) < 0)
			return path ? err->code : hv_nomem(err, "init");
	}
	const char *path = arena_printf(app->arena, "%s/harvester.yaml", dir);
	if (!path || write_new(path, settings, err) < 0)
		return path ? err->code : hv_nomem(err, "init");
	if (!arg_has(&app->args, "example")) {
		(void)printf("next: write %s/sources/NAME.yaml (--example gives a first one), then "
			     "`harvester check --config %s`\n",
			     dir, dir);
		return 0;
	}
	path = arena_printf(app->arena, "%s/sources/my-museum.yaml", dir);
	return path ? write_new(path, example, err) : hv_nomem(err, "init");
}
