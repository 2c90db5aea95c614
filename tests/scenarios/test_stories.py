from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.stories import Player, Story, read

STORIES = list(read(Path(__file__).parent / "stories"))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.file}: {story.title}")
def test_the_story_ends_as_written(story: Story) -> None:
    player = Player(story)
    for row in story.rows:
        came = player.play(row)
        assert came == row.expected, f"{story.file}.txt:{row.line}: {row.what}"


def test_there_are_stories_for_every_rule() -> None:
    assert len(STORIES) >= 40
