package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.Setting;
import io.chunkserver.runner.config.Settings;
import io.chunkserver.runner.config.ValueKind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options that configure a server, made from the list of settings: an option exists exactly where a setting has one.
 * Values stay texts, so that the configuration can name all problems of all sources together.
 */
final class ServerSettingOptions {

    private final Map<Setting<?>, String> given = new LinkedHashMap<>();

    /** Gives a verb one option for each setting that has one, but for those that every verb has. */
    void addTo(CommandSpec verb) {
        for (Setting<?> setting : Settings.ALL) {
            if (!Settings.OF_EVERY_VERB.contains(setting)) {
                setting.option().ifPresent(name -> verb.addOption(option(setting, name)));
            }
        }
    }

    /** The texts of the options on the command line. */
    Map<Setting<?>, String> given() {
        return Map.copyOf(given);
    }

    private OptionSpec option(Setting<?> setting, String name) {
        String standard =
                setting.standardText().map(text -> " (default: " + text + ")").orElse("");
        return OptionSpec.builder(names(name))
                .type(setting.kind().isList() ? String[].class : String.class)
                .paramLabel("VALUE")
                .description(setting.purpose() + (setting.kind().isList() ? ". May be repeated" : "") + ". Allowed: "
                        + setting.allowed() + "." + standard)
                .setter(new ISetter() {
                    @Override
                    @SuppressWarnings("unchecked") // picocli fixes this signature
                    public <T> @Nullable T set(@Nullable T value) {
                        String previous = value == null ? given.remove(setting) : give(setting, value);
                        return (T) previous;
                    }
                })
                .build();
    }

    /** Each time that a list's option is given is told by itself. */
    private @Nullable String give(Setting<?> setting, Object value) {
        String before = given.get(setting);
        if (value instanceof String[] several) {
            String more = String.join(ValueKind.SEPARATOR, several);
            given.merge(setting, more, (first, next) -> first + ValueKind.SEPARATOR + next);
        } else {
            given.put(setting, value.toString());
        }
        return before;
    }

    /** The option and, where it has a dash inside, the spelling with underscores. */
    private static String[] names(String option) {
        String alias = "--" + option.substring(2).replace('-', '_');
        return alias.equals(option) ? new String[] {option} : new String[] {option, alias};
    }
}
