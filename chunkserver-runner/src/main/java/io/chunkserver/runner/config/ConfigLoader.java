package io.chunkserver.runner.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads all sources and lets the highest win: flag, environment variable, file, default.
 *
 * <p>Every value of every source is checked, also one that a higher source overrides: a mistake in a file should not lie in
 * wait for the day on which a flag is left out.
 */
public final class ConfigLoader {

    private final Map<String, String> environment;

    /**
     * A loader for this environment.
     *
     * @param environment the process environment; an empty variable counts as not set
     */
    public ConfigLoader(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads the configuration.
     *
     * @param file  the TOML file, or null for none
     * @param flags the texts of the options that were given
     * @throws ConfigException naming all problems of all sources
     */
    public LoadedConfig load(@Nullable Path file, Map<Setting<?>, String> flags) throws ConfigException {
        List<ConfigProblem> problems = new ArrayList<>();
        EffectiveValues values = new EffectiveValues();
        List<GivenValue> given = new ArrayList<>();
        if (file != null) {
            given.addAll(new TomlSource(file, problems).read());
        }
        given.addAll(fromEnvironment());
        flags.forEach((setting, text) -> given.add(
                new GivenValue(setting, text, new Origin.Flag(setting.option().orElse(setting.name())))));
        for (GivenValue value : given) {
            apply(value, value.setting(), values, problems);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new LoadedConfig(RunnerConfig.of(values), values.list());
    }

    private List<GivenValue> fromEnvironment() {
        List<GivenValue> given = new ArrayList<>();
        for (Setting<?> setting : Settings.ALL) {
            Optional.ofNullable(environment.get(setting.variable()))
                    .filter(text -> !text.isEmpty())
                    .ifPresent(
                            text -> given.add(new GivenValue(setting, text, new Origin.Variable(setting.variable()))));
        }
        return given;
    }

    private static <T> void apply(
            GivenValue given, Setting<T> setting, EffectiveValues values, List<ConfigProblem> problems) {
        try {
            values.override(setting, setting.parse(given.text()), given.origin());
        } catch (IllegalArgumentException e) {
            String reason =
                    e instanceof NumberFormatException ? "a number is expected" : String.valueOf(e.getMessage());
            problems.add(new ConfigProblem(given.origin(), setting.name(), given.text(), reason, setting.allowed()));
        }
    }
}
