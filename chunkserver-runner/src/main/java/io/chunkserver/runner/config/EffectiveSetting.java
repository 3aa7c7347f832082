package io.chunkserver.runner.config;

import java.util.OptionalLong;

/**
 * One line of the effective configuration.
 *
 * @param name   the setting, {@code table.key}
 * @param value  its value as it could be written in a file; empty when it is open
 * @param bytes  the value of a size; empty when it is open or of another kind
 * @param origin where the value came from
 */
public record EffectiveSetting(String name, String value, OptionalLong bytes, Origin origin) {}
