"""What several chapters of *Before and After* share.

``files`` has the names of a study's tables, and packs them; ``reading`` reads any table, and ``exports`` knows what
survey platforms make of one; ``survey`` finds out what is in the files of a study, asks what it cannot know and links
people by their ``codes``, and ``drafting`` describes the files if nobody has; ``study`` scores; ``statistics`` has what
SciPy lacks; ``report`` is what is printed, ``document`` and ``page`` what is given away, ``charts`` the look of the
charts. Every method is first done in the cells of a chapter. All names below are the book's own: ``prepost.signed_rank`` and so on.

In all functions ``change`` is *after minus before*, one number for each person with both scores.
"""

from .charts import AFTER, BEFORE, DOWN, FAINT, FAR, INK, SAME, UP
from .files import DATA, WAVES, load
from .report import (
    flow_figure,
    format_interval,
    format_number,
    format_p,
    results,
    results_figure,
    results_paragraph,
    results_software,
    results_table,
)
from .statistics import (
    EXACT_PAIRS,
    UNITS,
    cronbach_alpha,
    exact_p,
    flip_distribution,
    holm,
    paired_d,
    probability_of_improvement,
    pseudo_median,
    rank_biserial,
    signed_rank,
    signed_ranks,
)
from .study import link, score
from .survey import Question, Study
