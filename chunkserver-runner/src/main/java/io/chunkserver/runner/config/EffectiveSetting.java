package io.chunkserver.runner.config;

/**
 * One line of the effective configuration.
 *
 * @param name   the setting, {@code table.key}
 * @param value  its value as it could be written in a file; empty when it is open
 * @param origin where the value came from
 */
public record EffectiveSetting(String name, String value, Origin origin) {}
