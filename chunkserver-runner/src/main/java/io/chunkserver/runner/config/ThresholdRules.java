package io.chunkserver.runner.config;

import io.chunkserver.core.space.SpaceThresholds;
import java.util.List;

/** What the thresholds of space must be to each other, beside what each may be by itself. */
final class ThresholdRules {

    private ThresholdRules() {}

    /** Adds a problem for each threshold that does not fit those below it, at the place where it was set. */
    static void check(EffectiveValues values, List<ConfigProblem> problems) {
        notBelow(Settings.READ_ONLY_PERCENT, Settings.WARN_PERCENT, values, problems);
        notBelow(Settings.CRITICAL_PERCENT, Settings.READ_ONLY_PERCENT, values, problems);
        int hysteresis = values.get(Settings.HYSTERESIS_PERCENT);
        int warn = values.get(Settings.WARN_PERCENT);
        if (hysteresis >= warn) {
            problems.add(problem(
                    Settings.HYSTERESIS_PERCENT,
                    values,
                    "it is not below " + Settings.WARN_PERCENT.name() + " = " + warn,
                    "0 to " + Math.min(warn - 1, SpaceThresholds.MAX_HYSTERESIS_PERCENT)));
        }
    }

    private static void notBelow(
            Setting<Integer> higher, Setting<Integer> lower, EffectiveValues values, List<ConfigProblem> problems) {
        int least = values.get(lower);
        if (values.get(higher) < least) {
            // The one that somebody has set is at fault, not the default that it contradicts.
            boolean onlyLowerIsSet = values.origin(higher) instanceof Origin.Default;
            problems.add(
                    onlyLowerIsSet
                            ? problem(
                                    lower,
                                    values,
                                    "it is above " + higher.name() + " = " + values.get(higher),
                                    "1 to " + values.get(higher))
                            : problem(
                                    higher, values, "it is below " + lower.name() + " = " + least, least + " to 100"));
        }
    }

    private static ConfigProblem problem(
            Setting<Integer> setting, EffectiveValues values, String complaint, String allowed) {
        return new ConfigProblem(
                values.origin(setting), setting.name(), String.valueOf(values.get(setting)), complaint, allowed);
    }

    static SpaceThresholds thresholds(EffectiveValues values) {
        return new SpaceThresholds(
                values.get(Settings.WARN_PERCENT),
                values.get(Settings.READ_ONLY_PERCENT),
                values.get(Settings.CRITICAL_PERCENT),
                values.get(Settings.HYSTERESIS_PERCENT));
    }
}
