/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-accessible.h"

/**
 * rushes_accessible_label:
 * @widget: a widget
 * @label: what it is called
 *
 * Names a widget for those who do not see it.
 */
void
rushes_accessible_label (GtkWidget *widget, const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static GtkWidget *
find_part (GtkWidget *widget, GType type)
{
  GtkWidget *part = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && part == NULL;
       child = gtk_widget_get_next_sibling (child))
    part = find_part (child, type);
  return part;
}

/**
 * rushes_accessible_label_part:
 * @widget: a widget that is made of others
 * @type: which of them
 * @label: what it is called
 *
 * Names the first part of a kind. It is for parts that have the keyboard and do
 * not take the name of the whole: the button of a drop-down list, say.
 */
void
rushes_accessible_label_part (GtkWidget *widget, GType type, const char *label)
{
  GtkWidget *part = find_part (widget, type);

  if (part != NULL)
    rushes_accessible_label (part, label);
}
