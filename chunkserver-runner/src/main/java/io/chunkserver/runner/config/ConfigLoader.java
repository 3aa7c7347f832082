package io.chunkserver.runner.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads all sources and lets the highest win: flag, environment variable, file, default.
 *
 * <p>Every value of every source is checked, also one that a higher source overrides: a mistake in a file should not lie in
 * wait for the day on which a flag is left out.
 */
public final class ConfigLoader {

    /** The environment variable that names the file, for callers that let it. */
    public static final String FILE_VARIABLE = "CHUNKSERVER_CONFIG";

    /** What container platforms set for every program beside services that are called chunkserver, chunkserver-1 and so on. */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("CHUNKSERVER_(\\w+_)?(SERVICE_(HOST|PORT(_\\w+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_\\w+)?)?)");

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
     * @throws ConfigException naming all problems of all sources, those of the file in the order of its lines
     */
    public LoadedConfig load(@Nullable Path file, Map<Setting<?>, String> flags) throws ConfigException {
        List<ConfigProblem> problems = new ArrayList<>();
        EffectiveValues values = new EffectiveValues();
        List<GivenValue> given = new ArrayList<>();
        if (file != null) {
            given.addAll(new TomlSource(file, problems).read());
        }
        given.addAll(fromEnvironment());
        given.addAll(fromFlags(flags));
        for (GivenValue value : given) {
            apply(value, value.setting(), values, problems);
        }
        ThresholdRules.check(values, problems);
        DirectoryRules.check(values, problems);
        problems.addAll(unknownVariables());
        alone(Settings.TLS_CERTIFICATE, Settings.TLS_KEY, values).ifPresent(problems::add);
        alone(Settings.TLS_KEY, Settings.TLS_CERTIFICATE, values).ifPresent(problems::add);
        mastersTwice(given).ifPresent(problems::add);
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(ConfigLoader::line));
            throw new ConfigException(problems);
        }
        return new LoadedConfig(RunnerConfig.of(values), values.list());
    }

    /** That a setting has a value, and the one that it makes sense with has none. */
    private static <T> Optional<ConfigProblem> alone(Setting<T> given, Setting<?> missing, EffectiveValues values) {
        return values.find(missing).isPresent()
                ? Optional.empty()
                : values.find(given)
                        .map(value -> new ConfigProblem(
                                values.origin(given),
                                given.name(),
                                given.kind().writer().apply(value),
                                "goes with " + missing.name() + ", which is not set",
                                given.allowed()));
    }

    /** Masters come from one source: nobody could say which of two lists is the right one, also where one of them is wrong. */
    private static Optional<ConfigProblem> mastersTwice(List<GivenValue> given) {
        return winning(Settings.MASTERS, given).isEmpty()
                ? Optional.empty()
                : winning(Settings.ZOOKEEPER, given)
                        .map(ensemble -> new ConfigProblem(
                                ensemble.origin(),
                                Settings.ZOOKEEPER.name(),
                                ensemble.text(),
                                "masters are named by " + Settings.MASTERS.name() + " already",
                                "one of the two"));
    }

    /** What the highest source says; they come lowest first. */
    private static Optional<GivenValue> winning(Setting<?> setting, List<GivenValue> given) {
        return given.stream().filter(value -> value.setting().equals(setting)).reduce((lower, higher) -> higher);
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

    private List<ConfigProblem> unknownVariables() {
        List<String> known = new ArrayList<>(
                Settings.ALL.stream().<String>map(Setting::variable).toList());
        known.add(FILE_VARIABLE);
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .filter(variable -> variable.getKey().startsWith(Setting.VARIABLE_PREFIX)
                                && !variable.getValue().isEmpty()
                                && !known.contains(variable.getKey())
                                && !OF_A_SERVICE.matcher(variable.getKey()).matches())
                        .map(variable -> unknown(variable.getKey(), known))
                        .toList();
    }

    /** The value is not repeated: nobody knows what it is for. */
    private static ConfigProblem unknown(String variable, List<String> known) {
        String suggestion = NearestName.of(
                        withoutPrefix(variable),
                        known.stream().map(ConfigLoader::withoutPrefix).toList())
                .map(nearest -> "; did you mean " + Setting.VARIABLE_PREFIX + nearest + "?")
                .orElse("");
        return new ConfigProblem(
                new Origin.Variable(variable), "", "", "unknown variable" + suggestion, String.join(", ", known));
    }

    /** All begin alike, which would make any two look near to each other. */
    private static String withoutPrefix(String variable) {
        return variable.substring(Setting.VARIABLE_PREFIX.length());
    }

    private static List<GivenValue> fromFlags(Map<Setting<?>, String> flags) {
        List<GivenValue> given = new ArrayList<>();
        for (Setting<?> setting : Settings.ALL) {
            String text = flags.get(setting);
            if (text != null) {
                given.add(new GivenValue(
                        setting, text, new Origin.Flag(setting.option().orElse(setting.name()))));
            }
        }
        return given;
    }

    /** The line of the file that is at fault; problems of other sources come after those of the file. */
    private static int line(ConfigProblem problem) {
        return problem.origin() instanceof Origin.FileLine place ? place.line() : Integer.MAX_VALUE;
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
