package io.chunkserver.runner.config;

/**
 * One thing that is wrong with the configuration.
 *
 * @param origin    where it stands
 * @param key       the setting, written {@code table.key}; empty when the file as a whole is at fault
 * @param value     the value as it was given; empty when there is none
 * @param complaint what is wrong
 * @param allowed   what would be right
 */
public record ConfigProblem(Origin origin, String key, String value, String complaint, String allowed) {

    /** How much of an offending value is repeated. */
    private static final int QUOTED_CHARACTERS = 80;

    public ConfigProblem {
        if (value.length() > QUOTED_CHARACTERS) {
            value = value.substring(0, QUOTED_CHARACTERS) + "...";
        }
    }

    /** The problem in one line. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder().append(origin).append(": ");
        if (!key.isEmpty()) {
            line.append(key).append(value.isEmpty() ? "" : " = " + value).append(": ");
        }
        line.append(complaint);
        if (!allowed.isEmpty()) {
            line.append("; allowed: ").append(allowed);
        }
        return line.toString();
    }
}
