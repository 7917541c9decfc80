/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-error.h"

G_DEFINE_QUARK (rushes - error - quark, rushes_error)

/**
 * rushes_enum_nick:
 * @type: an enumeration's #GType
 * @value: one of its values
 *
 * The short stable name of @value, for JSON and logs ("timed-out").
 *
 * Returns: (transfer none): a static string
 */
const char *
rushes_enum_nick (GType type, int value)
{
  /* The class of a static type is never freed, so its strings stay. */
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *entry = g_enum_get_value (klass, value);

  return entry != NULL ? entry->value_nick : "unknown";
}
