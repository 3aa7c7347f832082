package io.chunkserver.runner.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What one data directory and several of them must be to each other. */
final class DirectoryRules {

    private DirectoryRules() {}

    /** Adds a problem when somebody has named one directory in one place and others in another, or one twice by two names. */
    static void check(EffectiveValues values, List<ConfigProblem> problems) {
        List<Path> all = values.find(Settings.DATA_DIRS).orElse(List.of());
        Path one = values.get(Settings.DATA_DIR);
        boolean given = !(values.origin(Settings.DATA_DIR) instanceof Origin.Default);
        if (given && !all.isEmpty() && !all.contains(one)) {
            problems.add(new ConfigProblem(
                    values.origin(Settings.DATA_DIR),
                    Settings.DATA_DIR.name(),
                    one.toString(),
                    "it is not one of " + Settings.DATA_DIRS.name(),
                    Settings.DATA_DIRS.kind().writer().apply(all) + ", or not set"));
        }
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < all.size(); j++) {
                if (i != j && real(all.get(j)).startsWith(real(all.get(i)))) {
                    problems.add(new ConfigProblem(
                            values.origin(Settings.DATA_DIRS),
                            Settings.DATA_DIRS.name(),
                            all.get(j).toString(),
                            "it is, or lies in, " + all.get(i),
                            "directories apart from each other, each on a disk of its own"));
                    return;
                }
            }
        }
    }

    /** Where a directory is, through links as far as it is there already. */
    private static Path real(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        for (Path known = absolute; known != null; known = known.getParent()) {
            try {
                return known.toRealPath().resolve(known.relativize(absolute));
            } catch (IOException notThereYet) {
                // Its parent may be.
            }
        }
        return absolute;
    }
}
