/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include <gio/gio.h>

G_BEGIN_DECLS

/* Every wait of the tests ends after this long; none should come near it. */
#define RUSHES_TEST_TIMEOUT_SECONDS 30

char *rushes_test_make_folder (void);
void rushes_test_remove_folder (char *folder);
char *rushes_test_write (const char *folder, const char *name, const char *content);
char *rushes_test_read (const char *path);
void rushes_test_add_program (const char *folder, const char *name, const char *script);
void rushes_test_add_slurm (const char *folder);
guint rushes_test_count_files (const char *folder, const char *suffix);
GPtrArray *
rushes_test_make_kinds (guint width, guint height, const char *key, ...) G_GNUC_NULL_TERMINATED;
void rushes_test_write_png (const char *path, guint width, guint height);
void rushes_test_wait_until (gboolean (*condition) (gpointer), gpointer user_data);
void rushes_test_result_cb (GObject *source, GAsyncResult *result, gpointer location);
GAsyncResult *rushes_test_wait_for_result (GAsyncResult **location);
void rushes_test_wait_for_children (void);

/* A folder for one test, removed with what is in it. */
typedef char RushesTestFolder;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushesTestFolder, rushes_test_remove_folder)

/* An error of ours with that code, whose message has those words in it. */
#define rushes_test_assert_error(error, expected_code, words)                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_error (error, RUSHES_ERROR, expected_code);                                           \
    if (strstr ((error)->message, words) == NULL)                                                  \
      g_error ("There is no “%s” in “%s”", (words), (error)->message);                             \
  }                                                                                                \
  G_STMT_END

/* Setting a property notifies once, setting the same value again does not. */
#define rushes_test_property_notify(object, property, first, second)                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint _count = 0;                                                                              \
    gulong _id = g_signal_connect (object, "notify::" property,                                    \
                                   G_CALLBACK (rushes_test_count_notify), &_count);                \
                                                                                                   \
    g_object_set (object, property, first, NULL);                                                  \
    _count = 0;                                                                                    \
    g_object_set (object, property, first, NULL);                                                  \
    g_assert_cmpuint (_count, ==, 0);                                                              \
    g_object_set (object, property, second, NULL);                                                 \
    g_assert_cmpuint (_count, ==, 1);                                                              \
    g_object_set (object, property, second, NULL);                                                 \
    g_assert_cmpuint (_count, ==, 1);                                                              \
    g_signal_handler_disconnect (object, _id);                                                     \
  }                                                                                                \
  G_STMT_END

gboolean rushes_test_is_sound_json (const guint8 *data, gsize size);

void rushes_test_assert_finalize (gpointer object);
void rushes_test_count_notify (GObject *object, GParamSpec *pspec, gpointer count);

G_END_DECLS
