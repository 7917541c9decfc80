/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "rushes-frame-range.h"

G_BEGIN_DECLS

/**
 * RushesBlank:
 * @RUSHES_BLANK_NOT: the picture shows something, as far as is known
 * @RUSHES_BLANK_BLACK: it is all black
 * @RUSHES_BLANK_TRANSPARENT: nothing of it is opaque
 */
typedef enum
{
  RUSHES_BLANK_NOT,
  RUSHES_BLANK_BLACK,
  RUSHES_BLANK_TRANSPARENT,
} RushesBlank;

typedef struct _RushesBlanks RushesBlanks;

RushesBlanks *rushes_blanks_new (void);
void rushes_blanks_free (RushesBlanks *self);
RushesBlank rushes_blank_from_reply (GVariant *reply);
void rushes_blanks_note (RushesBlanks *self, guint frame, RushesBlank blank);
void rushes_blanks_forget (RushesBlanks *self, guint frame);
void rushes_blanks_clear (RushesBlanks *self);
RushesFrameRange *rushes_blanks_get_suspicious (RushesBlanks *self, RushesBlank blank);
RushesFrameRange *rushes_blanks_get_all_suspicious (RushesBlanks *self);
char *rushes_blanks_describe (RushesBlanks *self, RushesBlank blank);
void rushes_blanks_to_json (RushesBlanks *self, JsonObject *object);
void rushes_blanks_read_json (RushesBlanks *self, JsonObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesBlanks, rushes_blanks_free)

G_END_DECLS
