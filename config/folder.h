/*
 * config/folder.h - inside the room: looking at folders. Tests: tests/unit/config/test_config.c.
 */
#ifndef CONFIG_FOLDER_H
#define CONFIG_FOLDER_H

#include "config/config.h"

bool folder_is_dir(const char *path);
bool folder_is_file(const char *path);

/* NAME.yaml; neither hidden nor what editors leave behind (.x.yaml.swp, #x.yaml#, x.yaml~, .#x.yaml). */
bool folder_source_file(const char *name);

/* HARVESTER_SHARE, else PREFIX/share/harvester when it exists, else ../config/default beside the program.
 * NULL when memory is out. */
const char *folder_shipped(struct arena *a);

#endif
