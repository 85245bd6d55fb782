/*
 * base/def.h - the few words of C that the whole house shares.
 *
 * Attributes that let the compiler check what a signature promises, release written beside acquisition
 * (hv_auto, hv_take), the three answers of an iterator, and the functions nobody here may call.
 */
#ifndef HARVESTER_BASE_DEF_H
#define HARVESTER_BASE_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The answers of an iterator. Below zero: an error, described in the hv_err; never mixed with the end. */
enum { HV_END = 0, HV_ROW = 1 };

#define HV_CHECK __attribute__((warn_unused_result))
#define HV_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define HV_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define HV_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define HV_UNUSED __attribute__((unused))

/*
 * hv_auto(fnp): call fnp(&variable) when the variable leaves its scope.
 * HV_DEFINE_AUTO(type, fn): defines fnp for pointers; fn accepts NULL.
 * hv_take(p): hand ownership out of an hv_auto variable.
 */
#define hv_auto(fn) __attribute__((cleanup(fn)))
#define HV_DEFINE_AUTO(type, fn)           \
	static inline void fn##p(type **p) \
	{                                  \
		fn(*p);                    \
		*p = NULL;                 \
	}
#define hv_take(p)                          \
	__extension__({                     \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

/* free() for hv_auto: hv_auto(hv_freep) char *s = …; */
static inline void hv_freep(void *p)
{
	free(*(void **)p);
	*(void **)p = NULL;
}

/* fclose() and close() for hv_auto; -1 and NULL are nothing to close. */
void hv_fclosep(FILE **f);
void hv_closep(int *fd);

#pragma GCC poison strcpy strcat sprintf vsprintf strtok gmtime localtime atoi atol atof

#endif
