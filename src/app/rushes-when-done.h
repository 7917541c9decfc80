/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

void rushes_when_done_ask (GtkWindow *parent, const char *what, guint seconds);

G_END_DECLS
