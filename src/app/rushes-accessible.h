/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void rushes_accessible_label (GtkWidget *widget, const char *label);
void rushes_accessible_label_part (GtkWidget *widget, GType type, const char *label);

G_END_DECLS
