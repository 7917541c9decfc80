/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RushesMachine RushesMachine;

void rushes_machine_raise_file_limit (void);

RushesMachine *rushes_machine_new (void);
void rushes_machine_free (RushesMachine *self);
void rushes_machine_read_processors (guint64 *idle, guint64 *total);
guint64 rushes_machine_get_free_memory (void);
void rushes_machine_look_at_gpus (RushesMachine *self);
guint64 rushes_machine_get_gpu_free (RushesMachine *self);
guint64 rushes_machine_get_gpu_taken (RushesMachine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesMachine, rushes_machine_free)

G_END_DECLS
