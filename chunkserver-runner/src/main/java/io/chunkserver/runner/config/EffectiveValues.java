package io.chunkserver.runner.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The value that holds for every setting, with its origin. Filled by {@link ConfigLoader}, lowest source first. */
final class EffectiveValues {

    private record Entry(@Nullable Object value, Origin origin) {}

    private final Map<Setting<?>, Entry> entries = new LinkedHashMap<>();

    EffectiveValues() {
        for (Setting<?> setting : Settings.ALL) {
            entries.put(setting, new Entry(setting.standard(), new Origin.Default()));
        }
    }

    /** Lets a value win over what held until now. */
    <T> void override(Setting<T> setting, T value, Origin origin) {
        entries.put(setting, new Entry(value, origin));
    }

    /** Where the value that holds comes from. */
    Origin origin(Setting<?> setting) {
        return entry(setting).origin();
    }

    /** The value of a setting that is never open. */
    <T> T get(Setting<T> setting) {
        return find(setting).orElseThrow();
    }

    @SuppressWarnings("unchecked") // override() is the only way in for a value, and it ties both types
    <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable((T) entry(setting).value());
    }

    /** Every setting as text, in the order of {@link Settings#ALL}; an open one has the value "". */
    List<EffectiveSetting> list() {
        List<EffectiveSetting> list = new ArrayList<>();
        for (Setting<?> setting : Settings.ALL) {
            list.add(new EffectiveSetting(
                    setting.name(),
                    text(setting),
                    bytes(setting),
                    entry(setting).origin()));
        }
        return list;
    }

    private <T> String text(Setting<T> setting) {
        return find(setting).map(setting.kind().writer()).orElse("");
    }

    /** Sizes are the only settings that are a {@code Long}. */
    private OptionalLong bytes(Setting<?> setting) {
        return entry(setting).value() instanceof Long bytes ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    private Entry entry(Setting<?> setting) {
        Entry entry = entries.get(setting);
        if (entry == null) {
            throw new IllegalArgumentException("setting " + setting.name() + " is not listed");
        }
        return entry;
    }
}
