/*
 * store/store_priv.h - what a struct store is, for the files of store/ that put statements to it.
 */
#ifndef STORE_STORE_PRIV_H
#define STORE_STORE_PRIV_H

#include "store/pg.h"
#include "store/private.h"
#include "store/store.h"

struct store {
	struct pg *pg;
	struct private_server *server; /* our registration; NULL when the database is somebody else's */
	char *conninfo;                /* for store_again; may hold a password */
	char *password;                /* NULL: none */
	struct hv_clock clock;
	char describe[512];
};

#endif
