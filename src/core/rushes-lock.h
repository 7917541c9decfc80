/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RushesLock RushesLock;

RushesLock *rushes_lock_take (const char *path, GError **error);
gboolean rushes_lock_is_current (RushesLock *self);
void rushes_lock_release (RushesLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesLock, rushes_lock_release)

G_END_DECLS
