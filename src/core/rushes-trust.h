/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RushesTrust RushesTrust;

RushesTrust *rushes_trust_new (const char *path);
RushesTrust *rushes_trust_ref (RushesTrust *self);
void rushes_trust_unref (RushesTrust *self);
char *rushes_trust_check (RushesTrust *self, const char *blend_path);
gboolean rushes_trust_grant (RushesTrust *self, const char *blend_path, GError **error);
gboolean rushes_trust_withdraw (RushesTrust *self, const char *blend_path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesTrust, rushes_trust_unref)

G_END_DECLS
