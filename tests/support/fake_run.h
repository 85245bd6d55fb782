/*
 * tests/support/fake_run.h - a harvester whose `run` does what the name of its source says: the test program,
 * started again by itself.
 *
 * It speaks only by what it prints and how it dies, as the real one does; it waits for signals, never for
 * time. Names: the table in fake_run.c; what follows such a name is passed over (well-a, well-b).
 */
#ifndef TESTS_SUPPORT_FAKE_RUN_H
#define TESTS_SUPPORT_FAKE_RUN_H

/* main() of a test calls this first; it never returns when the program was started as a run. */
void fake_run(int argc, char **argv);

/* The path of this very program. */
const char *fake_program(void);

#endif
