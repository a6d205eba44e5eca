// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Functions of GnuTLS that Debian's libmicrohttpd.a calls for HTTPS, which nobody here speaks. Debian has
 * no complete static GnuTLS, so make static links this file, last. Only the first two are ever called;
 * each of the others would end the process.
 */
#include <stdlib.h>

int gnutls_global_init(void);
void gnutls_global_deinit(void);

int gnutls_global_init(void)
{
	return 0;
}

void gnutls_global_deinit(void)
{
}

#define NEVER_CALLED(name)         \
	_Noreturn void name(void); \
	void name(void)            \
	{                          \
		abort();           \
	}

#define NAMES(X)                                      \
	X(gnutls_alpn_set_protocols)                  \
	X(gnutls_bye)                                 \
	X(gnutls_certificate_allocate_credentials)    \
	X(gnutls_certificate_free_credentials)        \
	X(gnutls_certificate_server_set_request)      \
	X(gnutls_certificate_set_dh_params)           \
	X(gnutls_certificate_set_retrieve_function2)  \
	X(gnutls_certificate_set_retrieve_function3)  \
	X(gnutls_certificate_set_x509_key_mem)        \
	X(gnutls_certificate_set_x509_key_mem2)       \
	X(gnutls_certificate_set_x509_trust_mem)      \
	X(gnutls_cipher_get)                          \
	X(gnutls_credentials_set)                     \
	X(gnutls_deinit)                              \
	X(gnutls_dh_params_deinit)                    \
	X(gnutls_dh_params_import_pkcs3)              \
	X(gnutls_dh_params_init)                      \
	X(gnutls_handshake)                           \
	X(gnutls_init)                                \
	X(gnutls_malloc)                              \
	X(gnutls_priority_deinit)                     \
	X(gnutls_priority_init)                       \
	X(gnutls_priority_init2)                      \
	X(gnutls_priority_set)                        \
	X(gnutls_protocol_get_version)                \
	X(gnutls_psk_allocate_server_credentials)     \
	X(gnutls_psk_free_server_credentials)         \
	X(gnutls_psk_set_server_credentials_function) \
	X(gnutls_record_check_pending)                \
	X(gnutls_record_cork)                         \
	X(gnutls_record_get_direction)                \
	X(gnutls_record_recv)                         \
	X(gnutls_record_send)                         \
	X(gnutls_record_uncork)                       \
	X(gnutls_session_get_ptr)                     \
	X(gnutls_session_set_ptr)                     \
	X(gnutls_strerror)                            \
	X(gnutls_transport_set_int2)

NAMES(NEVER_CALLED)
