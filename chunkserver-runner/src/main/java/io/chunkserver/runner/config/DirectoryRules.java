package io.chunkserver.runner.config;

import java.nio.file.Path;
import java.util.List;

/** What one data directory and several of them must be to each other. */
final class DirectoryRules {

    private DirectoryRules() {}

    /** Adds a problem when somebody has named one directory in one place and others in another. */
    static void check(EffectiveValues values, List<ConfigProblem> problems) {
        Path one = values.get(Settings.DATA_DIR);
        boolean given = !(values.origin(Settings.DATA_DIR) instanceof Origin.Default);
        values.find(Settings.DATA_DIRS)
                .filter(all -> given && !all.contains(one))
                .ifPresent(all -> problems.add(new ConfigProblem(
                        values.origin(Settings.DATA_DIR),
                        Settings.DATA_DIR.name(),
                        one.toString(),
                        "it is not one of " + Settings.DATA_DIRS.name(),
                        Settings.DATA_DIRS.kind().writer().apply(all) + ", or not set")));
    }
}
