/**
 * Who may talk to whom, and that nobody listens: what TLS is to use, which a carrier makes work, and
 * {@link io.chunkserver.transport.security.SecretTransport}, which lets in who knows a shared secret, over any carrier.
 *
 * <p>May import the seam, {@code protocol} and {@code core.error}.
 */
@NullMarked
package io.chunkserver.transport.security;

import org.jspecify.annotations.NullMarked;
