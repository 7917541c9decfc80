/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "rushes-blanks.h"
#include "rushes-enums.h"
#include "rushes-error.h"
#include "rushes-json.h"

/* Longer lists of frames nobody reads. */
#define MAX_TEXT 200

static const RushesBlank kinds[] = { RUSHES_BLANK_BLACK, RUSHES_BLANK_TRANSPARENT };

/**
 * RushesBlanks:
 *
 * Which frames of a scene show nothing. They are whole, and a film may begin in
 * the dark; but among others that show something they are suspicious.
 */
struct _RushesBlanks
{
  GHashTable *frames; /* (owned): frame number → RushesBlank */
  gboolean others;    /* there are frames that show something */
};

RushesBlanks *
rushes_blanks_new (void)
{
  RushesBlanks *self = g_new0 (RushesBlanks, 1);

  self->frames = g_hash_table_new (NULL, NULL);
  return self;
}

void
rushes_blanks_free (RushesBlanks *self)
{
  g_clear_pointer (&self->frames, g_hash_table_unref);
  g_free (self);
}

/**
 * rushes_blank_from_reply:
 * @reply: what a client answered to "render_frame", a{sv}
 *
 * Returns: what it says of the picture
 */
RushesBlank
rushes_blank_from_reply (GVariant *reply)
{
  const char *text = "";

  g_variant_lookup (reply, "blank", "&s", &text);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (text, rushes_enum_nick (RUSHES_TYPE_BLANK, (int) kinds[i])))
      return kinds[i];
  return RUSHES_BLANK_NOT;
}

/**
 * rushes_blanks_note:
 * @self: blanks
 * @frame: the number of a frame that has been rendered, perhaps again
 * @blank: what is wrong with it
 */
void
rushes_blanks_note (RushesBlanks *self, guint frame, RushesBlank blank)
{
  if (blank == RUSHES_BLANK_NOT)
    {
      g_hash_table_remove (self->frames, GUINT_TO_POINTER (frame));
      self->others = TRUE;
    }
  else
    g_hash_table_insert (self->frames, GUINT_TO_POINTER (frame), GUINT_TO_POINTER (blank));
}

/**
 * rushes_blanks_forget:
 * @self: blanks
 * @frame: the number of a frame that is not there, or is to be rendered again
 */
void
rushes_blanks_forget (RushesBlanks *self, guint frame)
{
  g_hash_table_remove (self->frames, GUINT_TO_POINTER (frame));
}

/**
 * rushes_blanks_clear:
 * @self: blanks
 *
 * Forgets all, before everything is rendered anew.
 */
void
rushes_blanks_clear (RushesBlanks *self)
{
  g_hash_table_remove_all (self->frames);
  self->others = FALSE;
}

static int
compare_frames (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a, second = *(const guint *) b;

  return (first > second) - (first < second);
}

/* The frames of one kind, or of all, in order; as many of them as a range may
 * have parts. */
static RushesFrameRange *
list (RushesBlanks *self, RushesBlank blank)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer frame, kind;
  guint n_parts = 0;

  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, &frame, &kind))
    if (blank == RUSHES_BLANK_NOT || GPOINTER_TO_UINT (kind) == (guint) blank)
      {
        guint number = GPOINTER_TO_UINT (frame);

        g_array_append_val (numbers, number);
      }
  g_array_sort (numbers, compare_frames);

  for (guint i = 0; i < numbers->len && n_parts < RUSHES_FRAME_RANGE_MAX_PARTS; n_parts++)
    {
      guint first = g_array_index (numbers, guint, i);
      guint last = first;

      while (++i < numbers->len && g_array_index (numbers, guint, i) == last + 1)
        last++;
      g_string_append_printf (text, "%s%u-%u", n_parts > 0 ? "," : "", first, last);
    }
  return n_parts > 0 ? rushes_frame_range_parse (text->str, NULL) : NULL;
}

/**
 * rushes_blanks_get_suspicious:
 * @self: blanks
 * @blank: a kind of nothing
 *
 * Returns: (transfer full) (nullable): the frames that show it; %NULL if there
 *   are none, or none that show more
 */
RushesFrameRange *
rushes_blanks_get_suspicious (RushesBlanks *self, RushesBlank blank)
{
  return self->others ? list (self, blank) : NULL;
}

/**
 * rushes_blanks_get_all_suspicious:
 * @self: blanks
 *
 * Returns: (transfer full) (nullable): the same of all kinds
 */
RushesFrameRange *
rushes_blanks_get_all_suspicious (RushesBlanks *self)
{
  return rushes_blanks_get_suspicious (self, RUSHES_BLANK_NOT);
}

/**
 * rushes_blanks_describe:
 * @self: blanks
 * @blank: a kind of nothing
 *
 * Returns: (transfer full) (nullable): a sentence on the frames that
 *   rushes_blanks_get_suspicious() gives
 */
char *
rushes_blanks_describe (RushesBlanks *self, RushesBlank blank)
{
  g_autoptr (RushesFrameRange) range = rushes_blanks_get_suspicious (self, blank);
  g_autofree char *text = NULL;
  guint n;

  if (range == NULL)
    return NULL;
  n = rushes_frame_range_get_length (range);
  text = rushes_frame_range_to_string (range);
  if (strlen (text) > MAX_TEXT)
    strcpy (text + MAX_TEXT - strlen ("…"), "…");
  return blank == RUSHES_BLANK_BLACK
             ? g_strdup_printf (ngettext ("%u frame is all black, unlike others: %s",
                                          "%u frames are all black, unlike others: %s", n),
                                n, text)
             : g_strdup_printf (ngettext ("%u frame is all transparent, unlike others: %s",
                                          "%u frames are all transparent, unlike others: %s", n),
                                n, text);
}

/* ---- JSON ------------------------------------------------------------ */

/**
 * rushes_blanks_to_json:
 * @self: blanks
 * @object: gets a member for each kind that there is, and "shows" when there
 *   are frames of none
 */
void
rushes_blanks_to_json (RushesBlanks *self, JsonObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (RushesFrameRange) range = list (self, kinds[i]);
      g_autofree char *text = range != NULL ? rushes_frame_range_to_string (range) : NULL;

      if (text != NULL)
        json_object_set_string_member (object, rushes_enum_nick (RUSHES_TYPE_BLANK, (int) kinds[i]),
                                       text);
    }
  if (self->others)
    json_object_set_boolean_member (object, "shows", TRUE);
}

/**
 * rushes_blanks_read_json:
 * @self: blanks
 * @object: what rushes_blanks_to_json() wrote, or anything else
 */
void
rushes_blanks_read_json (RushesBlanks *self, JsonObject *object)
{
  JsonNode *shows = rushes_json_get_value (object, "shows");

  rushes_blanks_clear (self);
  self->others = shows != NULL && json_node_get_boolean (shows);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *text =
          rushes_json_get_string (object, rushes_enum_nick (RUSHES_TYPE_BLANK, (int) kinds[i]));
      g_autoptr (RushesFrameRange) range =
          text != NULL ? rushes_frame_range_parse (text, NULL) : NULL;

      for (guint j = 0; range != NULL && j < rushes_frame_range_get_length (range); j++)
        rushes_blanks_note (self, rushes_frame_range_get_frame (range, j), kinds[i]);
    }
}
