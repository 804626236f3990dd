"""The series behind some groups, and which of them are partners of a union or no country at all."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Ints


@dataclass(frozen=True, slots=True)
class Members:
    """The series of some groups, in the order (group, origin)."""

    groups: Ints  # [g]
    series: Ints  # [s]
    place: Ints  # [s] index into groups
    starts: Ints  # [g] first row of each group
    origin: Ints  # [s]
    intra: Bools  # [s] partner inside the reporter's customs union
    pseudo: Bools  # [s] ZZ or QR

    def of(self, places: Ints) -> tuple["Members", Ints]:
        """The members of some groups (by place, ascending) alone, and which of the rows these are."""
        sizes = np.diff(self.starts, append=len(self.series))[places]
        starts = np.cumsum(sizes) - sizes
        place = np.repeat(np.arange(len(places)), sizes)
        kept = np.arange(len(place)) + (self.starts[places] - starts)[place]
        columns = (self.origin[kept], self.intra[kept], self.pseudo[kept])
        return Members(self.groups[places], self.series[kept], place, starts, *columns), kept
