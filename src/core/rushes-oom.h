/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _RushesOom RushesOom;

RushesOom *rushes_oom_new (pid_t pid);
void rushes_oom_free (RushesOom *self);
void rushes_oom_mark (RushesOom *self);
gboolean rushes_oom_has_struck (RushesOom *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesOom, rushes_oom_free)

G_END_DECLS
