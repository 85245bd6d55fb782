/*
 * config/secret.h - secrets by reference: read late, kept short, never printed.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "config/field.h"

/*
 * The secret itself, without a final line feed; *ret is freed by secret_free, which wipes it first. Errors
 * name the reference and where it stands, never a value. A file readable by others than its owner is refused,
 * but for those that a container engine (/run/secrets) or systemd (CREDENTIALS_DIRECTORY) puts in place.
 */
int secret_read(const struct cfg_secret *s, char **ret, struct hv_err *err) HV_CHECK;
void secret_free(char *secret);
HV_DEFINE_AUTO(char, secret_free)

#endif
