def age_in(year, born):
    return year - born
