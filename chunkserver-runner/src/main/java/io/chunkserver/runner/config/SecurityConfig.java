package io.chunkserver.runner.config;

import io.chunkserver.transport.security.TlsConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a process and those that it talks to know each other; the same for servers, masters and clients.
 *
 * @param givenTls        the files of TLS, or null where bytes go as they are
 * @param givenSecretFile the file with the secret that all share, or null where nobody asks for one
 */
public record SecurityConfig(
        @Nullable TlsConfig givenTls, @Nullable Path givenSecretFile) {

    static SecurityConfig of(EffectiveValues values) {
        Path certificate = values.find(Settings.TLS_CERTIFICATE).orElse(null);
        Path authority = values.find(Settings.TLS_AUTHORITY).orElse(null);
        return new SecurityConfig(
                certificate == null && authority == null
                        ? null
                        : new TlsConfig(
                                certificate, values.find(Settings.TLS_KEY).orElse(null), authority),
                values.find(Settings.SECRET_FILE).orElse(null));
    }

    public Optional<TlsConfig> tls() {
        return Optional.ofNullable(givenTls);
    }

    public Optional<Path> secretFile() {
        return Optional.ofNullable(givenSecretFile);
    }

    /** The same as options, for another process of this program. */
    public List<String> options() {
        List<String> all = new ArrayList<>();
        add(all, Settings.TLS_CERTIFICATE, tls().flatMap(TlsConfig::certificate));
        add(all, Settings.TLS_KEY, tls().flatMap(TlsConfig::key));
        add(all, Settings.TLS_AUTHORITY, tls().flatMap(TlsConfig::authority));
        add(all, Settings.SECRET_FILE, secretFile());
        return all;
    }

    private static void add(List<String> all, Setting<Path> setting, Optional<Path> file) {
        file.ifPresent(given -> all.addAll(List.of(setting.option().orElseThrow(), given.toString())));
    }
}
