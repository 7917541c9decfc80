/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RushesFdWatch RushesFdWatch;

/**
 * RushesFdWatchFunc:
 * @user_data: what rushes_fd_watch_new() was given
 *
 * There is something to read (or the end), or room to write (or nobody who
 * reads). It is called again for as long as that is so; and perhaps once too often,
 * when the main loop is run in the midst of it.
 */
typedef void (*RushesFdWatchFunc) (gpointer user_data);

RushesFdWatch *rushes_fd_watch_new (int fd,
                                    GIOCondition condition,
                                    int priority,
                                    RushesFdWatchFunc func,
                                    gpointer user_data);
void rushes_fd_watch_set_priority (RushesFdWatch *self, int priority);
void rushes_fd_watch_free (RushesFdWatch *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesFdWatch, rushes_fd_watch_free)

G_END_DECLS
