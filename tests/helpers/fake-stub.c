/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Stands in for what stands in for a client that runs somewhere else, as srun does:
 * hands its pipes on to a crowd of fake clients, waits, and leaves with the status of
 * its own one. It costs next to nothing, as the work of nodes costs us nothing. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  const char *path = getenv ("RUSHES_FAKE_CROWD"), *token = "0";
  int fds[] = { STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO };
  int crowd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char control[CMSG_SPACE (sizeof fds)] = "";
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct iovec text;
  struct msghdr message = {
    .msg_iov = &text, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
  };
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  unsigned char status;

  for (int i = 1; i + 1 < argc; i++)
    if (strcmp (argv[i], "--token") == 0)
      token = argv[i + 1];
  text = (struct iovec){ (char *) token, strlen (token) };
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN (sizeof fds);
  memcpy (CMSG_DATA (header), fds, sizeof fds);

  strncpy (address.sun_path, path != NULL ? path : "", sizeof address.sun_path - 1);
  if (connect (crowd, (struct sockaddr *) &address, sizeof address) != 0 ||
      sendmsg (crowd, &message, 0) < 0)
    {
      perror (address.sun_path);
      return 127;
    }
  /* The pipes end when the client closes them. */
  for (int i = 0; i < 3; i++)
    close (fds[i]);
  return read (crowd, &status, 1) == 1 ? status : 1;
}
