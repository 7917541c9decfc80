/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rushes-application.h"
#include "rushes-picture-loader.h"
#include "rushes-thumbnail.h"

/* Reading pictures must not take the processors from those who render: it rests
 * so many times as long as the last one took, and so many milliseconds at least. */
#define REST_FACTOR 4
#define REST_MS     200

/**
 * RushesThumbnail:
 *
 * A picture file, shown small or large, read off the main loop and only while
 * somebody can see it. The old picture stays until the new one is there.
 */
struct _RushesThumbnail
{
  GtkWidget parent_instance;

  GtkWidget *picture;
  GtkWidget *placeholder;
  char *file; /* (owned) (nullable) */
  guint size;
  char *loading;             /* (owned) (nullable): the file that is being read */
  GCancellable *cancellable; /* (owned) (nullable): while one is being read */
  gint64 began;              /* when that was begun */
  guint rest_id;
  guint stale : 1; /* what is shown is not @file */
};

enum
{
  PROP_0,
  PROP_FILE,
  PROP_SIZE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (RushesThumbnail, rushes_thumbnail, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void load (RushesThumbnail *self);

static void
show_texture (RushesThumbnail *self, GdkTexture *texture)
{
  gtk_picture_set_paintable (GTK_PICTURE (self->picture), GDK_PAINTABLE (texture));
  gtk_widget_set_visible (self->picture, texture != NULL);
  gtk_widget_set_visible (self->placeholder, texture == NULL);
}

static gboolean
rest_cb (gpointer user_data)
{
  RushesThumbnail *self = user_data;

  self->rest_id = 0;
  load (self);
  return G_SOURCE_REMOVE;
}

static void
load_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RushesThumbnail) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = rushes_picture_load_finish (result, &error);
  g_autofree char *loaded = NULL;
  guint took;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  loaded = g_steal_pointer (&self->loading);
  g_clear_object (&self->cancellable);
  if (texture != NULL)
    show_texture (self, texture);
  /* Newer frames came meanwhile: the newest of them is next. */
  self->stale = g_strcmp0 (loaded, self->file) != 0;
  took = (guint) ((g_get_monotonic_time () - self->began) / 1000);
  self->rest_id = g_timeout_add (MAX (REST_FACTOR * took, REST_MS), rest_cb, self);
}

static void
load (RushesThumbnail *self)
{
  RushesManager *manager;

  if (!self->stale || self->loading != NULL || self->rest_id != 0 || self->file == NULL ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  manager = rushes_application_get_default_manager ();
  if (manager == NULL)
    return;

  self->stale = FALSE;
  self->loading = g_strdup (self->file);
  self->began = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();
  rushes_picture_load_async (rushes_manager_get_inspector (manager), self->file,
                             self->size * (guint) gtk_widget_get_scale_factor (GTK_WIDGET (self)),
                             self->cancellable, load_cb, g_object_ref (self));
}

static void
cancel (RushesThumbnail *self)
{
  g_clear_handle_id (&self->rest_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->loading, g_free);
}

/**
 * rushes_thumbnail_set_file:
 * @self: a thumbnail
 * @file: (nullable): path of a picture
 *
 * A file beside the last one takes its place when it is read; one from
 * elsewhere is another subject, and the old picture goes at once.
 */
void
rushes_thumbnail_set_file (RushesThumbnail *self, const char *file)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_return_if_fail (RUSHES_IS_THUMBNAIL (self));

  if (g_strcmp0 (self->file, file) == 0)
    return;
  before = self->file != NULL ? g_path_get_dirname (self->file) : NULL;
  after = file != NULL ? g_path_get_dirname (file) : NULL;
  if (g_strcmp0 (before, after) != 0)
    {
      cancel (self);
      show_texture (self, NULL);
    }

  g_free (self->file);
  self->file = g_strdup (file);
  self->stale = TRUE;
  load (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILE]);
}

/* As large as it is asked to be, whatever the picture is. */
static void
rushes_thumbnail_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = 0;
  *natural = 0;
}

static void
rushes_thumbnail_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  RushesThumbnail *self = RUSHES_THUMBNAIL (widget);
  const GtkAllocation all = { 0, 0, width, height };

  if (gtk_widget_should_layout (self->picture))
    gtk_widget_size_allocate (self->picture, &all, -1);
  if (gtk_widget_should_layout (self->placeholder))
    gtk_widget_size_allocate (self->placeholder, &all, -1);
}

static void
rushes_thumbnail_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (rushes_thumbnail_parent_class)->map (widget);
  load (RUSHES_THUMBNAIL (widget));
}

static void
rushes_thumbnail_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  RushesThumbnail *self = RUSHES_THUMBNAIL (object);

  switch (id)
    {
    case PROP_FILE:
      g_value_set_string (value, self->file);
      break;
    case PROP_SIZE:
      g_value_set_uint (value, self->size);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_thumbnail_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RushesThumbnail *self = RUSHES_THUMBNAIL (object);

  switch (id)
    {
    case PROP_FILE:
      rushes_thumbnail_set_file (self, g_value_get_string (value));
      break;
    case PROP_SIZE:
      self->size = g_value_get_uint (value);
      /* Large ones are to be seen as a whole, small ones to fill their place. */
      gtk_picture_set_content_fit (GTK_PICTURE (self->picture), self->size > 256
                                                                    ? GTK_CONTENT_FIT_CONTAIN
                                                                    : GTK_CONTENT_FIT_COVER);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rushes_thumbnail_dispose (GObject *object)
{
  RushesThumbnail *self = RUSHES_THUMBNAIL (object);

  cancel (self);
  g_clear_pointer (&self->picture, gtk_widget_unparent);
  g_clear_pointer (&self->placeholder, gtk_widget_unparent);
  g_clear_pointer (&self->file, g_free);

  G_OBJECT_CLASS (rushes_thumbnail_parent_class)->dispose (object);
}

static void
rushes_thumbnail_class_init (RushesThumbnailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = rushes_thumbnail_get_property;
  object_class->set_property = rushes_thumbnail_set_property;
  object_class->dispose = rushes_thumbnail_dispose;
  widget_class->map = rushes_thumbnail_map;
  widget_class->measure = rushes_thumbnail_measure;
  widget_class->size_allocate = rushes_thumbnail_size_allocate;

  /**
   * RushesThumbnail:file:
   *
   * Path of the picture.
   */
  properties[PROP_FILE] =
      g_param_spec_string ("file", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * RushesThumbnail:size:
   *
   * The most pixels that its longer side is shown with.
   */
  properties[PROP_SIZE] =
      g_param_spec_uint ("size", NULL, NULL, 16, 4096, 128,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "thumbnail");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
rushes_thumbnail_init (RushesThumbnail *self)
{
  self->picture = gtk_picture_new ();
  self->placeholder = gtk_image_new_from_icon_name ("image-x-generic-symbolic");
  gtk_picture_set_can_shrink (GTK_PICTURE (self->picture), TRUE);
  gtk_widget_set_visible (self->picture, FALSE);
  gtk_widget_add_css_class (self->placeholder, "dim-label");
  gtk_widget_set_parent (self->picture, GTK_WIDGET (self));
  gtk_widget_set_parent (self->placeholder, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
