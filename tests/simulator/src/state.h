/* state.h - grants and tokens in a file, so that a restarted simulator still knows its users. */
#ifndef SIM_STATE_H
#define SIM_STATE_H

void state_load(const char *path); /* NULL: keep nothing */
void state_save(const char *path);
void state_tick(void); /* from the watch thread: writes every few seconds when something changed */

#endif
