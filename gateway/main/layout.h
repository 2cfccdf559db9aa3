/* main/layout.h - where this deployment keeps its things: the state directory and what lies in it.
 */
#ifndef GW_MAIN_LAYOUT_H
#define GW_MAIN_LAYOUT_H

#include <limits.h>

#include "config/config.h"

struct gw_layout {
    char state_dir[PATH_MAX];
    char data_dir[PATH_MAX];   /* of the private cluster: state_dir/postgres */
    char socket_dir[PATH_MAX]; /* of its Unix socket */
    char key_file[PATH_MAX];
    char lock_file[PATH_MAX]; /* held by whoever runs the private cluster */
    char instance[PATH_MAX];  /* a file with the random name of this state directory */
    char plugin_dir[PATH_MAX];
    bool socket_moved; /* socket_dir is not below state_dir, for its path was too long */
};

/* create: the state directory is made when missing (0700), for the user who calls. */
enum gw_code gw_main_layout(const struct gw_config *config, bool create, struct gw_layout *ret,
                            struct gw_err *err) GW_MUST_USE;
/* The folder of plugins: the configured one, or when that is "" the one installed beside the program. */
enum gw_code gw_main_plugin_dir(const char *configured, char out[PATH_MAX], struct gw_err *err) GW_MUST_USE;
/* Folder that is ours alone (0700), made when missing; refused when it is somebody else's or open to others.
 */
enum gw_code gw_main_private_folder(const char *path, struct gw_err *err) GW_MUST_USE;
/* One holder at a time. GW_BUSY: there is another; GW_NOT_FOUND: no state directory. */
enum gw_code gw_main_lock(const struct gw_layout *layout, int *ret_fd, struct gw_err *err) GW_MUST_USE;
/* Root becomes `user` of the configuration, or is refused; nothing for everybody else. The state directory is
 * made for that user when missing. */
enum gw_code gw_main_drop_root(const struct gw_config *config, struct gw_err *err) GW_MUST_USE;

#endif
