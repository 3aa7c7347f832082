package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigLoader;
import io.chunkserver.runner.config.Setting;
import io.chunkserver.runner.config.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every verb has, before it or after it. */
final class GlobalOptions {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "TOML configuration; also " + ConfigLoader.FILE_VARIABLE + ".")
    private @Nullable Path config;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            scope = ScopeType.INHERIT,
            description = "How answers and errors are written.")
    private OutputFormat output = OutputFormat.text;

    @Option(
            names = "--progress",
            paramLabel = "auto|always|never",
            defaultValue = "auto",
            scope = ScopeType.INHERIT,
            description = "When progress is shown; auto: when standard error is a terminal.")
    private ProgressMode progress = ProgressMode.auto;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "No notes, no progress, no logs.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Log what happens; twice: in detail.")
    private boolean[] verbose = {};

    @Option(
            names = {"--tls-cert", "--tls_cert"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The own TLS certificate, in PEM; goes with its key.")
    private @Nullable String certificate;

    @Option(
            names = {"--tls-key", "--tls_key"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The certificate's key, PKCS #8 in PEM, without a password.")
    private @Nullable String key;

    @Option(
            names = {"--tls-ca", "--tls_ca"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = {
                "Talk TLS, and trust certificates that these have signed, in PEM.",
                "A server or master then asks everybody for a certificate."
            })
    private @Nullable String authority;

    @Option(
            names = {"--secret-file", "--secret_file"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The secret that servers, masters and clients share; who does not know it is refused.")
    private @Nullable String secretFile;

    /** The texts of the settings among these options. */
    Map<Setting<?>, String> settings() {
        Map<Setting<?>, String> settings = new HashMap<>();
        give(settings, Settings.TLS_CERTIFICATE, certificate);
        give(settings, Settings.TLS_KEY, key);
        give(settings, Settings.TLS_AUTHORITY, authority);
        give(settings, Settings.SECRET_FILE, secretFile);
        return settings;
    }

    private static void give(Map<Setting<?>, String> settings, Setting<?> setting, @Nullable String text) {
        if (text != null) {
            settings.put(setting, text);
        }
    }

    void apply(Console console) {
        console.configure(output, progress, quiet);
        StandardErrorLogging.setLevel(quiet, verbose.length);
    }

    Optional<Path> configFile(Map<String, String> environment) {
        return Optional.ofNullable(config)
                .or(() -> Optional.ofNullable(environment.get(ConfigLoader.FILE_VARIABLE))
                        .filter(name -> !name.isEmpty())
                        .map(Path::of));
    }
}
