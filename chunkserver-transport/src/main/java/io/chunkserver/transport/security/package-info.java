/**
 * Who may talk to whom, and that nobody listens: what TLS is to use. Pure; a carrier makes it work.
 *
 * <p>May import {@code core.error} alone.
 */
@NullMarked
package io.chunkserver.transport.security;

import org.jspecify.annotations.NullMarked;
